package io.gemel.deploy.status;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel status}: the figures of running site processes. */
@Command(
        name = "status",
        description = "Shows lag, window, throughput, conflicts and the slot of running site processes.")
public final class StatusCommand implements Callable<Integer> {
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "The properties files of the sites to ask.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Print the reports as a JSON array.")
    private boolean json;

    @Option(names = "--watch", description = "Ask again every two seconds, until interrupted.")
    private boolean watch;

    @Override
    public Integer call() throws Exception {
        List<SiteConfig> sites = SiteConfigFile.readAll(files);
        StatusClient client = new StatusClient();
        int exitCode = show(sites, client);
        while (watch) {
            Thread.sleep(WATCH_INTERVAL.toMillis());
            spec.commandLine().getOut().println();
            exitCode = show(sites, client);
        }
        return exitCode;
    }

    private int show(List<SiteConfig> sites, StatusClient client) {
        PrintWriter out = spec.commandLine().getOut();
        List<StatusReport> reports = new ArrayList<>();
        int exitCode = ExitCode.DONE;
        for (SiteConfig site : sites) {
            try {
                reports.add(client.ask(site));
            } catch (CommandException e) {
                exitCode = e.exitCode();
                spec.commandLine().getErr().println(e.getMessage());
            }
        }
        if (json) {
            out.println(StatusJson.write(reports));
        } else if (!reports.isEmpty()) {
            StatusTable.lines(reports).forEach(out::println);
        }
        out.flush();
        return exitCode;
    }
}
