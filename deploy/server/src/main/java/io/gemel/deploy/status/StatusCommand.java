package io.gemel.deploy.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import io.gemel.deploy.router.RouterAdmin;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel status}: the figures of running site processes and routers. */
@Command(
        name = "status",
        description = {
            "Shows lag, window, throughput, conflicts and the slot of running site processes,",
            "and requests, resubmissions and VMs of running routers.",
            "Ends with exit code 1 when a site or a router is not ready (a standby is no finding), or a router rejects its"
                    + " changed file, 3 when one does not answer."
        })
public final class StatusCommand implements Callable<Integer> {
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "The properties files of the sites and routers to ask.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Print the reports as a JSON array.")
    private boolean json;

    @Option(names = "--watch", description = "Ask again every two seconds, until interrupted.")
    private boolean watch;

    @Override
    public Integer call() throws Exception {
        Map<Boolean, List<Path>> byKind =
                files.stream().collect(Collectors.partitioningBy(RouterConfigFile::describesRouter));
        List<SiteConfig> sites = SiteConfigFile.readAll(byKind.getOrDefault(false, List.of()));
        List<RouterAdmin> routers = new ArrayList<>();
        for (Path file : byKind.getOrDefault(true, List.of())) {
            routers.add(new RouterAdmin(RouterConfigFile.read(file), file));
        }
        StatusClient client = new StatusClient();
        int exitCode = show(sites, client, routers);
        while (watch) {
            Thread.sleep(WATCH_INTERVAL.toMillis());
            spec.commandLine().getOut().println();
            exitCode = show(sites, client, routers);
        }
        return exitCode;
    }

    private int show(List<SiteConfig> sites, StatusClient client, List<RouterAdmin> routers) {
        PrintWriter out = spec.commandLine().getOut();
        List<StatusReport> reports = new ArrayList<>();
        List<JsonNode> routerReports = new ArrayList<>();
        int unreachable = ExitCode.DONE;
        for (SiteConfig site : sites) {
            try {
                reports.add(client.ask(site));
            } catch (CommandException e) {
                unreachable = e.exitCode();
                spec.commandLine().getErr().println(e.getMessage());
            }
        }
        for (RouterAdmin router : routers) {
            try {
                routerReports.add(StatusJson.tree(router.status()));
            } catch (CommandException e) {
                unreachable = e.exitCode();
                spec.commandLine().getErr().println(e.getMessage());
            }
        }
        if (json) {
            List<Object> all = new ArrayList<>(reports);
            all.addAll(routerReports);
            out.println(StatusJson.write(all));
        } else {
            if (!reports.isEmpty()) {
                StatusTable.lines(reports).forEach(out::println);
            }
            routerReports.forEach(report -> RouterLines.of(report).forEach(out::println));
        }
        out.flush();
        if (unreachable != ExitCode.DONE) {
            return unreachable;
        }
        boolean well = reports.stream().allMatch(StatusCommand::isWell)
                && routerReports.stream().allMatch(StatusCommand::isWell);
        return well ? ExitCode.DONE : ExitCode.FINDING;
    }

    /** A router that does not take its changed file, or does not hear which VMs there are, serves on, but not as it was told to. */
    private static boolean isWell(JsonNode router) {
        boolean found = true;
        for (JsonNode name : router.path("discovery")) {
            found &= name.path("problem").asText().isEmpty();
        }
        return found
                && router.path("ready").asBoolean()
                && router.path("reloadProblem").asText().isEmpty();
    }

    private static boolean isWell(StatusReport report) {
        return report.isReady() || report.state() == SideState.STANDBY;
    }
}
