package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.check.Check;
import io.gemel.deploy.check.Finding;
import io.gemel.deploy.config.KafkaSettings;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.log.LogTopic;
import io.gemel.reason.Advice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Rows larger than a record of the log pass through site processes with the heap that they have by default. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LargeRowIT {
    private static final int MIB = 1 << 20;
    private static final boolean LONG = Integer.getInteger("gemel.test.fault.trials", 1) > 1;
    private static final int LARGEST = Integer.getInteger("gemel.test.large.row.mib", LONG ? 100 : 30) * MIB;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** Of the largest one every change takes its time: all of them are tried with the long fault tests only. */
    private static final int[] SIZES =
            LONG ? new int[] {320 * 1024, MIB, 2 * MIB, LARGEST} : new int[] {320 * 1024, MIB, 2 * MIB};

    private static final String SUMS =
            "SELECT id, what, md5(body), octet_length(body), md5(note) FROM document ORDER BY id";

    @TempDir
    static Path folder;

    private static TwoSites sites;
    private static SiteProcess east;
    private static SiteProcess west;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TABLE document (id bigint PRIMARY KEY, what text, body bytea, note text)",
                        "ALTER TABLE document ALTER body SET STORAGE EXTERNAL")
                .prepare();
        east = start(sites.east(), "east", "-Xmx512m");
        west = start(sites.west(), "west", "-Xmx512m");
    }

    private static SiteProcess start(SiteFixture site, String name, String heap) throws Exception {
        SiteProcess process = sites.process(site, name, "-XX:-UseSerialGC", "-XX:+UseG1GC", heap)
                .start();
        await().atMost(LIMIT).until(() -> process.status().contains("\"leader\" : true"));
        return process;
    }

    @AfterAll
    static void end() {
        sites.close();
    }

    @Test
    void rows_of_any_size_arrive_both_ways() throws Exception {
        int id = 0;
        for (int bytes : SIZES) {
            id++;
            long begun = System.nanoTime();
            sites.east().execute("INSERT INTO document VALUES (" + id + ", 'new', " + body(bytes) + ", 'é😀')");
            awaitSame();
            sites.west().execute("UPDATE document SET what = 'changed' WHERE id = " + id);
            awaitSame();
            sites.east().execute("UPDATE document SET body = body || '\\x00' WHERE id = " + id);
            awaitSame();
            System.out.println("LargeRowIT: a row of " + bytes + " bytes written and updated after "
                    + (System.nanoTime() - begun) / 1_000_000 + " ms");
        }
        // One change each way that carries all of the row, before and after it.
        sites.east().execute("INSERT INTO document VALUES (9, 'new', " + body(LARGEST) + ", '')");
        awaitSame();
        sites.west().execute("UPDATE document SET what = 'changed', body = body || '\\x00' WHERE id = 9");
        awaitSame();
        sites.west().execute("UPDATE document SET note = repeat('Größe 😀 ', 300000) WHERE id = 1");
        awaitSame();
        sites.east().execute("DELETE FROM document");
        awaitSame();
    }

    @Test
    void a_large_row_beside_small_ones_keeps_its_place() throws Exception {
        sites.east()
                .execute("BEGIN; INSERT INTO document SELECT i, 'small', '', '' FROM generate_series(100, 120) i;"
                        + " UPDATE document SET body = " + body(2 * MIB) + " WHERE id = 110;"
                        + " INSERT INTO document SELECT i, 'small', '', '' FROM generate_series(200, 220) i;"
                        + " UPDATE document SET what = 'last' WHERE id = 110; COMMIT");
        awaitSame();
        assertThat(TwoSites.texts(sites.west(), "SELECT what, octet_length(body) FROM document WHERE id = 110"))
                .containsExactly("last|" + 2 * MIB);
        assertThat(checked("1MiB")).anyMatch(finding -> finding.contains("document holds "));
        assertThat(checked("1GiB")).noneMatch(finding -> finding.contains(" holds "));
    }

    private static List<String> checked(String rowBytesMax) throws Exception {
        SiteConfig config = sites.east().with("row.bytes.max", rowBytesMax).config();
        sites.east().with("row.bytes.max", "0B").file();
        return Check.run(List.of(config), InstantSource.system()).findings().stream()
                .map(Finding::toString)
                .toList();
    }

    @Test
    void large_rows_written_at_both_sites_at_once_become_the_same() throws Exception {
        sites.east().execute("INSERT INTO document VALUES (300, 'old', " + body(2 * MIB) + ", '')");
        awaitSame();
        sites.east().execute("UPDATE document SET body = " + body(2 * MIB) + " WHERE id = 300");
        sites.west().execute("UPDATE document SET body = " + body(3 * MIB) + " WHERE id = 300");
        awaitSame();
    }

    @Test
    @Follows(Advice.CAPTURE_RECORD_TOO_LARGE)
    void a_topic_that_takes_less_than_a_part_is_named_and_its_site_goes_on_when_it_takes_it() throws Exception {
        try (LogTopic topic = new LogTopic(
                new KafkaSettings(Map.of("bootstrap.servers", sites.kafka().bootstrapServers())), "gemel.east")) {
            topic.alter(Map.of("max.message.bytes", "100000"));
            sites.east()
                    .execute("INSERT INTO document VALUES (400, 'limit', (SELECT string_agg(sha512(i::text::bytea), '')"
                            + " FROM generate_series(1, 40000) i), '')");
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(east.status())
                            .contains("topic gemel.east", "max.message.bytes", "540672", "transaction.part.bytes.max"));
            topic.alter(Map.of("max.message.bytes", "1048588"));
            awaitSame();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(east.status())
                            .contains("\"leader\" : true")
                            .doesNotContain("max.message.bytes"));
        }
    }

    /** The text is followed to the letter, first at the site whose capture halts, then at the one whose applier does. */
    @Test
    @Order(Integer.MAX_VALUE)
    @Follows({Advice.CAPTURE_ROW_TOO_LARGE, Advice.APPLY_ROW_TOO_LARGE})
    void a_row_beyond_the_limit_is_named_before_it_takes_memory_and_passes_as_the_reason_says() throws Exception {
        sites.east().execute("INSERT INTO document VALUES (500, 'beyond', '', repeat('Any text. ', 22 << 20))");
        east = startAgainAsItSays(east, sites.east());
        west = startAgainAsItSays(west, sites.west());
        awaitSame();
        assertThat(TwoSites.texts(sites.west(), "SELECT octet_length(note) FROM document WHERE id = 500"))
                .containsExactly(String.valueOf(220 * MIB));
        for (SiteProcess process : List.of(east, west)) {
            assertThat(process.log()).content().doesNotContain("OutOfMemoryError");
        }
    }

    private static SiteProcess startAgainAsItSays(SiteProcess process, SiteFixture site) throws Exception {
        String status = await().atMost(LIMIT)
                .until(
                        process::status,
                        text -> text.contains("row public.document[500] takes 22")
                                && text.contains("row.bytes.max allows 204 MiB"));
        Matcher said = Pattern.compile("row\\.bytes\\.max = (\\d+MiB) .*\\((-Xmx\\d+m) in GEMEL_JAVA_OPTS\\)")
                .matcher(status);
        assertThat(said.find()).isTrue();
        process.kill();
        return start(
                site.with("row.bytes.max", said.group(1)),
                "again-" + site.config().site(),
                said.group(2));
    }

    private static String body(int bytes) {
        return "decode(repeat(md5(random()::text), " + bytes / 16 + "), 'hex')";
    }

    private static void awaitSame() throws Exception {
        try {
            sites.settle();
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("east: " + said(east) + "\nwest: " + said(west), e);
        }
        List<String> here = TwoSites.texts(sites.east(), SUMS);
        assertThat(TwoSites.texts(sites.west(), SUMS)).isEqualTo(here);
    }

    private static String said(SiteProcess process) throws IOException, InterruptedException {
        return process.isAlive() ? process.status() : Files.readString(process.log());
    }
}
