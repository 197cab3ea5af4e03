package io.gemel.deploy.demo;

import io.gemel.deploy.ExtraCommand;
import io.gemel.deploy.command.ExitCode;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gemel demo}: shows what Gemel does, on this machine, in about a minute. */
@Command(
        name = "demo",
        description = {
            "Shows replication both ways on this machine: starts two databases, a Kafka broker and both sites, lets a"
                    + " small bank work at both, makes conflicts, kills a site's process, and compares the databases.",
            "In a second part clients send their work through a router, while VMs, a host and a whole site are lost.",
            "Needs nothing but this program. Exits with 0 when nothing was lost, nothing was done twice, and both"
                    + " databases are equal at the end."
        })
public final class DemoCommand implements ExtraCommand, Callable<Integer> {
    private static final int SECONDS_MIN = 5;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--keep",
            description = "Leave everything running at the end, until Ctrl-C, and print every address.")
    private boolean keep;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where the servers keep their files: a new or empty folder, or one of an earlier demo. The"
                    + " build's own target/demo without it.")
    private Optional<Path> folder = Optional.empty();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "40",
            description = "How long the bank works; ${DEFAULT-VALUE} without it, at least " + SECONDS_MIN + ".")
    private int seconds;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "Transactions a second that the bank's application makes at each site; ${DEFAULT-VALUE}"
                    + " without it.")
    private int rate;

    @Option(
            names = "--part",
            paramLabel = "N",
            defaultValue = "0",
            description = "1 for replication alone, 2 for the router alone; both without it. --keep holds part one.")
    private int part;

    @Override
    @SuppressWarnings("try") // the log is only kept open
    public Integer call() throws Exception {
        if (seconds < SECONDS_MIN) {
            throw new ParameterException(spec.commandLine(), "--seconds has to be at least " + SECONDS_MIN);
        }
        if (rate < 1) {
            throw new ParameterException(spec.commandLine(), "--rate has to be at least 1");
        }
        if (part < 0 || part > 2) {
            throw new ParameterException(spec.commandLine(), "--part has to be 1 or 2");
        }
        Screen screen = new Screen(spec.commandLine().getOut(), Ansi.AUTO.enabled());
        Ending ending = Ending.watch();
        try (DemoFolder demoFolder = DemoFolder.open(folder.orElseGet(DemoCommand::buildFolder));
                DemoLog log = new DemoLog(demoFolder.data().resolve("demo.log"))) {
            return run(screen, demoFolder.data()) ? ExitCode.DONE : ExitCode.FINDING;
        } catch (Exception e) {
            if (ending.hasBegun()) {
                return ExitCode.FINDING; // the servers are being ended around us: their errors say nothing
            }
            throw e;
        }
    }

    /** Part two first when part one is to be kept running. */
    private boolean run(Screen screen, Path data) throws Exception {
        boolean good = true;
        if (part != 2 && !keep) {
            good = new Demo(screen, data.resolve("one"), seconds, rate, false).run();
        }
        if (part != 1) {
            good &= new FailoverDemo(screen, data.resolve("two"), rate).run();
        }
        if (part != 2 && keep) {
            good &= new Demo(screen, data.resolve("one"), seconds, rate, true).run();
        }
        return good;
    }

    /** Beside this program's classes, in the build's output folder. */
    private static Path buildFolder() {
        try {
            return Path.of(DemoCommand.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolveSibling("demo");
        } catch (URISyntaxException e) {
            throw new IllegalStateException("cannot tell where Gemel is installed", e);
        }
    }

    /** Knows whether this JVM is ending, for example by Ctrl-C. */
    private static final class Ending {
        private volatile boolean begun;

        static Ending watch() {
            Ending ending = new Ending();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> ending.begun = true, "gemel-demo-ending"));
            return ending;
        }

        boolean hasBegun() {
            return begun;
        }
    }
}
