package io.gemel.deploy.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.site.TwoSites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** What site processes and servers use when both sites have caught up. However many faults there were, it stays the same. */
final class Resources {
    private static final long THREADS_MAX = 80;
    private static final long FILES_MAX = 80;
    private static final long RESIDENT_KIB_MAX = 700 << 10;
    private static final long SESSIONS_MAX = 12;
    private static final long WINDOW_KEYS_MAX = 100;
    private static final long WINDOW_BYTES_MAX = 1 << 20;
    private static final long WAL_BYTES_MAX = 64 << 20;
    private static final Duration RELEASE_LIMIT = Duration.ofMinutes(2);

    private Resources() {}

    static List<Measure> of(FaultySite site) throws Exception {
        long retained = awaitLogReleased(site);
        List<Measure> measures = new ArrayList<>();
        Path process = Path.of("/proc", String.valueOf(site.process().pid()));
        measures.add(new Measure("threads of " + site, count(process.resolve("task")), THREADS_MAX));
        measures.add(new Measure("open files of " + site, openFiles(process), FILES_MAX));
        measures.add(new Measure("KiB of memory of " + site, resident(process), RESIDENT_KIB_MAX));
        JsonNode status = awaitWindowReleased(site);
        measures.add(new Measure(
                "keys in the window of " + site, status.at("/window/keys").asLong(Long.MAX_VALUE), WINDOW_KEYS_MAX));
        measures.add(new Measure(
                "bytes in the window of " + site, status.at("/window/bytes").asLong(Long.MAX_VALUE), WINDOW_BYTES_MAX));
        measures.add(new Measure("bytes of log retained at " + site, retained, WAL_BYTES_MAX));
        try (Connection connection = site.fixture().connectAsAdministrator()) {
            String sessions = Sql.text(
                    connection,
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = ? AND application_name LIKE 'gemel%'",
                    site.fixture().role());
            measures.add(new Measure("database sessions of " + site, Long.parseLong(sessions), SESSIONS_MAX));
        }
        return measures;
    }

    /** The peer's word that it has everything empties the window; what the status says when it has done so, or will not. */
    private static JsonNode awaitWindowReleased(FaultySite site) throws InterruptedException {
        try {
            return Awaitility.await()
                    .atMost(RELEASE_LIMIT)
                    .until(
                            site::status,
                            status -> status.at("/window/keys").asLong(Long.MAX_VALUE) <= WINDOW_KEYS_MAX
                                    && status.at("/window/bytes").asLong(Long.MAX_VALUE) <= WINDOW_BYTES_MAX);
        } catch (ConditionTimeoutException e) {
            return site.status();
        }
    }

    /** A checkpoint lets the slot move on; how much is retained when it has done so, or will not. */
    private static long awaitLogReleased(FaultySite site) throws SQLException {
        site.fixture().execute("CHECKPOINT");
        try {
            Awaitility.await().atMost(RELEASE_LIMIT).until(() -> retained(site) <= WAL_BYTES_MAX);
        } catch (ConditionTimeoutException e) {
            return retained(site);
        }
        return retained(site);
    }

    private static long retained(FaultySite site) throws SQLException {
        return Long.parseLong(TwoSites.texts(
                        site.fixture(), "SELECT pg_current_wal_lsn() - min(restart_lsn) FROM pg_replication_slots")
                .get(0));
    }

    /** Sockets among them, but not the class path, which is a test's and no site's. */
    private static long openFiles(Path process) throws IOException {
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.filter(file -> !target(file).endsWith(".jar")).count();
        }
    }

    /** What an open file is; nothing for one that was closed meanwhile. */
    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    private static long resident(Path process) throws IOException {
        return Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
