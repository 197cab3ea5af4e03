package io.gemel.deploy.bench;

import io.gemel.deploy.demo.EmbeddedSite;
import io.gemel.deploy.demo.TwoEmbeddedSites;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.JavaProcess;
import io.gemel.deploy.embedded.KafkaServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How soon a site replicates: after the start of its process, and through a standby after the leader was killed. One thread. */
final class StartBenchmark implements AutoCloseable {
    /** Named, not referred to: the command line knows the benchmark, so the benchmark must not know it. */
    private static final String COMMAND = "io.gemel.deploy.Gemel";

    private static final String HEAP = "-Xmx512m";
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration QUIET = Duration.ofSeconds(3);
    private static final long POLL_MILLIS = 5;

    private final TwoEmbeddedSites sites;
    private final Path folder;
    private final Connection east;
    private int rows;

    private StartBenchmark(TwoEmbeddedSites sites, Path folder) throws SQLException {
        this.sites = sites;
        this.folder = folder;
        east = sites.east().connect();
    }

    static void run(PrintWriter out, Path folder, int rounds) throws Exception {
        out.printf("Start: median (least to most) of %d%n", rounds);
        try (TwoEmbeddedSites sites = TwoEmbeddedSites.builder(folder)
                        .kafkaMode(KafkaServer.Mode.CHILD_PROCESS)
                        .jvmArguments(HEAP)
                        .start();
                StartBenchmark benchmark = new StartBenchmark(sites, folder)) {
            sites.schema("CREATE TABLE arrival (id int PRIMARY KEY)");
            sites.prepare();
            sites.run();
            List<Long> starts = new ArrayList<>();
            List<Long> processor = new ArrayList<>();
            List<Long> takeOvers = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                starts.add(benchmark.start(processor));
            }
            for (int i = 0; i < rounds; i++) {
                takeOvers.add(benchmark.takeOver());
            }
            out.println("  start of the process to the peer's waiting row: " + seconds(starts));
            out.println("  processor time of the process until then: " + seconds(processor));
            out.println("  the leader killed, to the next row through the standby: " + seconds(takeOvers));
            out.println();
            out.flush();
        }
    }

    private static String seconds(List<Long> millis) {
        List<Long> sorted = millis.stream().sorted().toList();
        return String.format(
                "%.2f s (%.2f to %.2f)",
                sorted.get(sorted.size() / 2) / 1000.0, sorted.get(0) / 1000.0, sorted.get(sorted.size() - 1) / 1000.0);
    }

    private long start(List<Long> processor) throws Exception {
        EmbeddedSite site = sites.east();
        site.killProcess();
        write();
        Thread.sleep(QUIET.toMillis());
        long started = System.nanoTime();
        site.startProcess();
        awaitRow();
        long millis = millisSince(started);
        processor.add(ProcessHandle.of(site.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO)
                .toMillis());
        site.awaitRunning(LIMIT);
        return millis;
    }

    private long takeOver() throws Exception {
        try (JavaProcess standby = JavaProcess.builder(COMMAND, folder.resolve("standby.log"))
                .jvmArguments(HEAP)
                .arguments("site", standbyFile().toString())
                .start()) {
            Thread.sleep(2 * QUIET.toMillis());
            long killed = System.nanoTime();
            sites.east().killProcess();
            write();
            awaitRow();
            long millis = millisSince(killed);
            standby.kill();
            sites.east().startProcess();
            sites.east().awaitRunning(LIMIT);
            return millis;
        }
    }

    private Path standbyFile() throws IOException {
        List<String> lines =
                new ArrayList<>(Files.readAllLines(sites.east().config().file()));
        lines.removeIf(line -> line.startsWith("status.listen="));
        lines.add("status.listen=127.0.0.1:" + FreePorts.next());
        return Files.write(folder.resolve("standby.properties"), lines);
    }

    private void write() throws SQLException {
        rows++;
        sites.west().execute("INSERT INTO arrival VALUES (" + rows + ")");
    }

    private void awaitRow() throws SQLException, InterruptedException {
        long begun = System.nanoTime();
        while (!isThere()) {
            if (millisSince(begun) > LIMIT.toMillis()) {
                throw new IllegalStateException("row " + rows + " did not arrive within " + LIMIT);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean isThere() throws SQLException {
        try (Statement statement = east.createStatement();
                ResultSet row = statement.executeQuery("SELECT 1 FROM arrival WHERE id = " + rows)) {
            return row.next();
        }
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    @Override
    public void close() throws SQLException {
        east.close();
    }
}
