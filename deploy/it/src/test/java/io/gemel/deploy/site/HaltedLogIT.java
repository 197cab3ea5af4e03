package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.reason.Advice;
import io.gemel.transaction.LogRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log of a process shows of a site that is halted and tries again, as operators see it. */
class HaltedLogIT {
    /** Bounds a hang; nothing takes that long. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final int TRIES = 5;

    private static final List<String> START = List.of(
            "leadership acquired",
            "log taken over",
            "marker read",
            "window rebuilt",
            "capture started",
            "site running");

    @TempDir
    Path folder;

    @Test
    void says_once_why_and_repeats_neither_its_start_nor_a_stack_at_each_try() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of("halt.retry.interval", "200ms"))) {
            sites.schema("CREATE TABLE item (id int PRIMARY KEY, v text)", "INSERT INTO item VALUES (1, 'v')")
                    .prepare();
            SiteProcess east = SiteProcess.of(
                            sites.east(), "east", "-Xmx256m", "-Dlogback.configurationFile=logback.xml")
                    .start();
            try {
                await().atMost(LIMIT).until(() -> lines(east, "site running").size() == 1);
                sites.east().execute("ALTER TABLE item REPLICA IDENTITY DEFAULT", "UPDATE item SET v = 'w'");
                await().atMost(LIMIT).until(() -> starts(sites) > TRIES);

                assertThat(lines(east, Advice.CAPTURE_PARTIAL_ROWS.code())).hasSize(1);
                for (String start : START) {
                    assertThat(lines(east, start)).as(start).hasSize(1);
                }
                assertThat(lines(east, "\tat ")).isEmpty();
            } finally {
                east.kill();
            }
        }
    }

    /** How often the site has taken its log over. */
    private static long starts(TwoSites sites) throws Exception {
        return TopicReader.records(
                        sites.kafka().bootstrapServers(), sites.east().config().logTopic())
                .stream()
                .filter(LogRecord.Opened.class::isInstance)
                .count();
    }

    private static List<String> lines(SiteProcess process, String word) throws Exception {
        return Files.readAllLines(process.log()).stream()
                .filter(line -> line.contains(word))
                .toList();
    }
}
