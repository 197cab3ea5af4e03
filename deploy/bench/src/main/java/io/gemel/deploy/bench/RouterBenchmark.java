package io.gemel.deploy.bench;

import io.gemel.deploy.bank.BankProgram;
import io.gemel.deploy.embedded.HaProxyServer;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the router's hop costs: the same requests straight to one VM, through HAProxy and through the router. The ways take turns, round by
 * round, so that whatever else the machine does meets them alike. Used once, by one thread.
 */
final class RouterBenchmark {
    private final HopPlan plan;
    private final RouterStage stage;
    private final HttpLoad load;
    private final PrintWriter out;

    private RouterBenchmark(HopPlan plan, RouterStage stage, HttpLoad load, PrintWriter out) {
        this.plan = plan;
        this.stage = stage;
        this.load = load;
        this.out = out;
    }

    /**
     * Starts everything, measures, prints, and ends everything.
     *
     * @param folder an empty one for all files
     */
    static void run(PrintWriter out, Path folder, HopPlan plan) throws Exception {
        Files.createDirectories(folder);
        Optional<Path> haproxy = HaProxyServer.program();
        out.println(
                "Router overhead: one VM of the sample bank, two sites that replicate, and the load, on this machine");
        if (haproxy.isEmpty()) {
            out.println("  HAProxy is not installed and is left out: " + HaProxyServer.INSTALL);
        }
        out.printf(
                Locale.ROOT,
                "  %d cores, Java %s%s, load average before the start %.2f%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                haproxy.map(program -> ", HAProxy " + HaProxyServer.version(program, folder))
                        .orElse(""),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        out.flush();
        try (RouterStage stage = RouterStage.open(folder.resolve("sites"), 1, BankProgram.PLAIN, haproxy);
                HttpLoad load = new HttpLoad()) {
            out.println("  PostgreSQL " + stage.postgresMajor());
            RouterBenchmark benchmark = new RouterBenchmark(plan, stage, load, out);
            List<String> sums = new ArrayList<>();
            for (RequestKind kind : List.of(RequestKind.READ, RequestKind.TRANSFER)) {
                sums.addAll(benchmark.measure(kind));
            }
            out.println();
            sums.forEach(out::println);
            out.flush();
        }
    }

    /** Prints a table, and gives a line about the router for each version of HTTP. */
    private List<String> measure(RequestKind kind) throws Exception {
        List<ProxyOverhead> overheads =
                stage.paths().stream().map(ProxyOverhead::by).toList();
        for (ProxyOverhead overhead : overheads) {
            if (!overhead.path().leadsThrough(RouterStage.HAPROXY)) {
                load.closed(overhead.path(), kind, plan.connections(), plan.lead(), plan.warmUp());
                stage.settle();
            }
        }
        inTurns(
                overheads,
                overhead -> overhead.greatest()
                        .add(load.closed(overhead.path(), kind, plan.connections(), plan.lead(), plan.greatest())));
        double rate = plan.share() * overheads.get(0).fully(Sample::perSecond);
        inTurns(
                overheads,
                overhead -> overhead.steady()
                        .add(load.open(overhead.path(), kind, plan.connections(), rate, plan.lead(), plan.steady())));
        OverheadTable.print(out, kind, plan.share(), rate, overheads);
        return OverheadTable.sums(kind, plan.share(), overheads);
    }

    /** A run by one way. */
    @FunctionalInterface
    private interface Turn {
        void take(ProxyOverhead overhead) throws Exception;
    }

    /** Each round begins with another way, for a run may feel what the one before it has left. */
    private void inTurns(List<ProxyOverhead> overheads, Turn turn) throws Exception {
        for (int round = 0; round < plan.rounds(); round++) {
            for (int i = 0; i < overheads.size(); i++) {
                turn.take(overheads.get((round + i) % overheads.size()));
                stage.settle();
            }
        }
    }
}
