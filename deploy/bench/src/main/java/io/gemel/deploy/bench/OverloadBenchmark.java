package io.gemel.deploy.bench;

import io.gemel.deploy.bank.BankConfig;
import io.gemel.deploy.bank.BankProgram;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * What comes of more requests than the VMs can bear, by a timetable, while one of the VMs is killed and started again: how many are done, how
 * long those take, and whether the router takes a busy VM for a dead one. Used once, by one thread.
 */
final class OverloadBenchmark {
    private static final int VMS = 2;
    private static final String VICTIM = "e2";

    /** More than ever wait: a connection is never what is short. */
    private static final int CONNECTIONS = 8_000;

    private OverloadBenchmark() {}

    /**
     * How it is measured.
     *
     * @param warmUp load before anything counts
     * @param capacity how long the greatest rate is looked for
     * @param time how long each load lasts
     * @param loads what is offered, in parts of the greatest rate, one after the other
     */
    record Plan(Duration warmUp, Duration capacity, Duration time, List<Double> loads) {
        private static final List<Double> LOADS = List.of(1.0, 2.0, 5.0);

        static final Plan FULL =
                new Plan(Duration.ofSeconds(30), Duration.ofSeconds(15), Duration.ofSeconds(60), LOADS);
        static final Plan QUICK =
                new Plan(Duration.ofSeconds(10), Duration.ofSeconds(8), Duration.ofSeconds(20), LOADS);
    }

    /**
     * What came of one load.
     *
     * @param offered requests a second
     * @param deaths how often the router found a VM dead; one was
     */
    record Load(double times, double offered, Sample sample, long deaths) {}

    /**
     * Starts everything, measures, prints, and ends everything.
     *
     * @param folder an empty one for all files
     * @param program what VMs run
     */
    static List<Load> run(PrintWriter out, Path folder, BankProgram program, Plan plan) throws Exception {
        Files.createDirectories(folder);
        out.printf(
                Locale.ROOT,
                "Overload: %d VMs of the sample bank, %d concurrent requests in each, 200 ms of waiting in each"
                        + " request;%none VM is killed after a third of each load and restarted immediately%n  %d"
                        + " cores, Java %s, load average before the start %.2f%n",
                VMS,
                BankConfig.THREADS,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        out.flush();
        try (RouterStage stage = RouterStage.open(folder.resolve("sites"), VMS, program, Optional.empty());
                HttpLoad load = new HttpLoad()) {
            double most = capacity(stage, load, plan);
            out.printf(Locale.ROOT, "  %.0f a second at most%n%n", most);
            out.printf(
                    "  %8s %10s %8s %8s %8s %8s %8s %7s%n",
                    "load", "offered/s", "done/s", "p50 ms", "p99 ms", "503", "failed", "deaths");
            List<Load> loads = new ArrayList<>();
            for (double times : plan.loads()) {
                Load each = offer(stage, load, times, times * most, plan.time());
                loads.add(each);
                Sample sample = each.sample();
                out.printf(
                        Locale.ROOT,
                        "  %7.1fx %10.0f %8.1f %8.0f %8.0f %8d %8d %7d%n",
                        times,
                        each.offered(),
                        sample.perSecond(),
                        sample.p50(),
                        sample.p99(),
                        sample.shed(),
                        sample.failed() - sample.shed(),
                        each.deaths());
                out.flush();
            }
            out.printf(
                    Locale.ROOT,
                    "%noverload: %.2f times as much is done at %.0fx as at %.0fx%n",
                    last(loads).sample().perSecond() / loads.get(0).sample().perSecond(),
                    last(loads).times(),
                    loads.get(0).times());
            out.flush();
            return loads;
        }
    }

    private static Load last(List<Load> loads) {
        return loads.get(loads.size() - 1);
    }

    private static double capacity(RouterStage stage, HttpLoad load, Plan plan) throws Exception {
        Sample greatest = load.closed(
                stage.throughRouter(),
                RequestKind.SLOW_TRANSFER,
                VMS * BankConfig.THREADS,
                plan.warmUp(),
                plan.capacity());
        stage.settle();
        return greatest.perSecond();
    }

    private static Load offer(RouterStage stage, HttpLoad load, double times, double perSecond, Duration time)
            throws Exception {
        long before = stage.deaths();
        Executor later = CompletableFuture.delayedExecutor(time.toMillis() / 3, TimeUnit.MILLISECONDS);
        CompletableFuture<Void> killed = CompletableFuture.runAsync(() -> stage.killAndStart(VICTIM), later);
        Sample sample = load.open(
                stage.throughRouter(), RequestKind.SLOW_TRANSFER, CONNECTIONS, perSecond, Duration.ZERO, time);
        killed.get();
        stage.awaitAlive();
        stage.settle();
        return new Load(times, perSecond, sample, stage.deaths() - before);
    }
}
