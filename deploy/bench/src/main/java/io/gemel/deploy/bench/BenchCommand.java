package io.gemel.deploy.bench;

import io.gemel.deploy.ExtraCommand;
import io.gemel.deploy.bank.BankProgram;
import io.gemel.deploy.command.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gemel bench}: the published benchmark. */
@Command(
        name = "bench",
        description = {
            "Measures Gemel beside PostgreSQL's own logical replication (both ways, origin = none) with the same load on this machine:",
            "how fast a backlog drains, and the lag at a steady rate.",
            "In a second part it measures the same on a quiet system: the lag of " + QuietBenchmark.PER_SECOND
                    + " one-row inserts a second each way, and the processor time of an idle site process.",
            "In a third part it measures what it costs that a table is in 2,000 partitions, with both.",
            "In a fourth part it measures the router's overhead: latency at a quarter and at half of what one VM can"
                    + " take, and throughput, directly to the VM, through HAProxy, if it is installed, and through"
                    + " the router.",
            "In a fifth part it offers the router one, two and five times the capacity of its VMs, and kills one of them.",
            "In a sixth part it measures how soon a site replicates after the start of its process, and after the death of its leader.",
            "Compare the ratios; absolute figures vary."
        })
public final class BenchCommand implements ExtraCommand, Callable<Integer> {
    private static final int STARTS = 15;
    private static final int STARTS_QUICK = 5;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--quick", description = "Less than half of the time for all parts.")
    private boolean quick;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where the servers keep their data; recreated. Default: ${DEFAULT-VALUE}.",
            defaultValue = "deploy/target/bench")
    private Path folder = Path.of("deploy/target/bench");

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Transactions a second each way for the lag of replication. Default: ${DEFAULT-VALUE}.",
            defaultValue = "500")
    private int rate = 500;

    /** What is measured. */
    private enum Part {
        REPLICATION,
        QUIET,
        PARTITIONS,
        ROUTER,
        OVERLOAD,
        START
    }

    @Option(
            names = "--part",
            paramLabel = "PART",
            description =
                    "replication, quiet, partitions, router, overload or start for one of the six alone; all without it.")
    private Optional<Part> part = Optional.empty();

    /** Opens a pair in a folder of its own. */
    @FunctionalInterface
    private interface Opener {
        ReplicatedPair open(Path folder) throws Exception;
    }

    private record Figures(DrainBenchmark.Result drain, LagBenchmark.Result lag) {}

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (part.orElse(Part.REPLICATION) == Part.REPLICATION) {
            measureReplication(out);
        }
        if (part.orElse(Part.QUIET) == Part.QUIET) {
            measureQuiet(out);
        }
        if (part.orElse(Part.PARTITIONS) == Part.PARTITIONS) {
            PartitionsBenchmark.run(
                    out, emptied("partitions"), quick ? PartitionsBenchmark.Plan.QUICK : PartitionsBenchmark.Plan.FULL);
        }
        if (part.orElse(Part.ROUTER) == Part.ROUTER) {
            RouterBenchmark.run(out, emptied("router"), quick ? HopPlan.QUICK : HopPlan.FULL);
        }
        if (part.orElse(Part.OVERLOAD) == Part.OVERLOAD) {
            OverloadBenchmark.run(
                    out,
                    emptied("overload"),
                    BankProgram.PLAIN,
                    quick ? OverloadBenchmark.Plan.QUICK : OverloadBenchmark.Plan.FULL);
        }
        if (part.orElse(Part.START) == Part.START) {
            StartBenchmark.run(out, emptied("start"), quick ? STARTS_QUICK : STARTS);
        }
        return ExitCode.DONE;
    }

    private void measureReplication(PrintWriter out) throws Exception {
        int drained = 50_000;
        int seconds = quick ? 30 : 120;
        Figures own = measure(out, NativePair::new, "native", drained, seconds);
        Figures gemel = measure(out, GemelPair::new, "gemel", drained, seconds);
        out.println();
        out.printf(
                "drain: Gemel / PostgreSQL's own = %.2f%n",
                gemel.drain().perSecond() / own.drain().perSecond());
        out.printf(
                "lag at %d a second each way: p50 %.2f, p99 %.2f times PostgreSQL's own%n",
                rate,
                gemel.lag().p50() / own.lag().p50(),
                gemel.lag().p99() / own.lag().p99());
        out.println();
        out.flush();
    }

    private Figures measure(PrintWriter out, Opener opener, String name, int drained, int seconds) throws Exception {
        Path data = emptied(name);
        try (ReplicatedPair pair = opener.open(data)) {
            out.println(pair.name());
            DrainBenchmark.Result drain = DrainBenchmark.run(pair, drained);
            out.println("  drain: " + drain);
            out.flush();
            LagBenchmark.Result lag = LagBenchmark.run(pair, LagBenchmark.Load.FOUR_CHANGES, rate, seconds);
            out.println("  " + lag);
            out.flush();
            return new Figures(drain, lag);
        }
    }

    private void measureQuiet(PrintWriter out) throws Exception {
        int seconds = quick ? 20 : 60;
        out.printf("quiet: %d one-row inserts a second each way%n", QuietBenchmark.PER_SECOND);
        for (Opener opener : List.<Opener>of(NativePair::new, GemelPair::new)) {
            try (ReplicatedPair pair = opener.open(emptied("quiet"))) {
                out.println("  " + pair.name() + ": " + QuietBenchmark.run(pair, seconds));
                out.flush();
            }
        }
        out.println();
        out.flush();
    }

    private Path emptied(String name) throws IOException {
        Path data = folder.toAbsolutePath().resolve(name);
        delete(data);
        return data;
    }

    private static void delete(Path data) throws IOException {
        if (Files.exists(data)) {
            List<Path> all;
            try (Stream<Path> walk = Files.walk(data)) {
                all = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path each : all) {
                Files.delete(each);
            }
        }
    }
}
