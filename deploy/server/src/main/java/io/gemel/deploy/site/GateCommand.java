package io.gemel.deploy.site;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import io.gemel.deploy.database.Gate;
import io.gemel.deploy.database.SiteDatabase;
import io.gemel.deploy.status.StatusClient;
import io.gemel.transaction.GemelTable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel gate}: whether VMs may work at a site, and an operator's word that they may. */
@Command(
        name = "gate",
        description = "Shows whether VMs may execute submissions at a site, and allows it when Gemel cannot find out.")
public final class GateCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The site's properties file.")
    private Path file = Path.of("site.properties");

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: show or open");
    }

    @Command(name = "show", description = "Says whether the gate is open; exits with code 1 if it is not.")
    int show() throws Exception {
        SiteConfig config = SiteConfigFile.read(file);
        AtomicBoolean open = new AtomicBoolean();
        SiteDatabase.with(file, connection -> open.set(Gate.isOpen(connection)));
        PrintWriter out = spec.commandLine().getOut();
        if (open.get()) {
            out.println("the gate of " + config.site() + " is open");
            return ExitCode.DONE;
        }
        out.println("the gate of " + config.site() + " is closed since its database was started: " + reason(config));
        return ExitCode.FINDING;
    }

    private static String reason(SiteConfig config) {
        try {
            return new StatusClient().ask(config).gate().reason();
        } catch (CommandException e) {
            return e.problem();
        }
    }

    @Command(
            name = "open",
            description = {
                "Opens the gate until the database restarts, without knowing what the peer's log holds.",
                "Use it only when the peer's log is lost or will be unavailable for long: submissions that the peer"
                        + " executed in the meantime may be executed here a second time, until both sites are"
                        + " connected again."
            })
    int open() throws Exception {
        SiteConfig config = SiteConfigFile.read(file);
        SiteDatabase.with(file, connection -> {
            if (!Gate.open(connection, Gate.serverStart(connection))) {
                throw new CommandException(
                        ExitCode.FINDING, GemelTable.GATE + " has no row", "run gemel prepare " + config.file(), null);
            }
        });
        spec.commandLine().getOut().println("the gate of " + config.site() + " is open");
        return ExitCode.DONE;
    }
}
