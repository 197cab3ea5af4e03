package io.gemel.deploy.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The schema of one site becomes like the other's while that is waited for, and nobody has to decide anything. A site tries so seldom
 * here that even a busy machine is in time; {@link SchemaAdviceIT} has what comes too late.
 */
class SchemaSoonIT {
    @TempDir
    static Path folder;

    private static TwoSites sites;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of("halt.retry.interval", "4s"));
        sites.schema(TwoSites.PROBE)
                .schema(
                        "CREATE TYPE mood AS ENUM ('good')",
                        "CREATE TYPE pair AS (a int)",
                        "CREATE TABLE item (id int PRIMARY KEY, mood mood, pair pair)",
                        "INSERT INTO item (id) SELECT generate_series(1, 20)",
                        "CREATE TABLE part (id int, at date, v text NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)")
                .prepare()
                .run();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @AfterEach
    void both_sites_are_equal_and_nobody_is_asked() throws Exception {
        sites.settle();
        sites.assertEqual("item", "part");
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            assertThat(TwoSites.texts(site, "SELECT id FROM gemel.parked")).isEmpty();
        }
        sites.awaitNoReason();
    }

    @Test
    @Follows(Advice.APPLY_TYPE)
    void label_that_comes_soon() throws Exception {
        sites.east().execute("ALTER TYPE mood ADD VALUE 'meh'");
        sites.east().execute("UPDATE item SET mood = 'meh' WHERE id = 1");
        awaitReason(west(), "invalid input value for enum mood: \"meh\"", "ALTER TYPE ... ADD VALUE");
        sites.west().execute("ALTER TYPE mood ADD VALUE 'meh'");
        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "item")).contains("(1,meh,)");
    }

    @Test
    @Follows(Advice.APPLY_TYPE)
    void attribute_of_a_composite_type() throws Exception {
        sites.east().execute("ALTER TYPE pair ADD ATTRIBUTE b int CASCADE");
        sites.east().execute("UPDATE item SET pair = (1, 2) WHERE id = 6");
        awaitReason(west(), "malformed record literal", "ADD ATTRIBUTE");
        sites.west().execute("ALTER TYPE pair ADD ATTRIBUTE b int CASCADE");
        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "item")).contains("(6,,\"(1,2)\")");
    }

    @Test
    @Follows(Advice.APPLY_PARTITION)
    void partition_that_comes_soon_at_the_peer() throws Exception {
        String partition = "CREATE TABLE part_b PARTITION OF part FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')";
        sites.east().execute(partition, "ALTER TABLE part_b REPLICA IDENTITY FULL");
        sites.east().execute("INSERT INTO part VALUES (20, '2027-05-05', 'b')");
        awaitReason(west(), "no partition of relation", "create the partition here");
        sites.west().execute(partition, "ALTER TABLE part_b REPLICA IDENTITY FULL");
        sites.settle();
        sites.east().execute("UPDATE part SET v = 'c' WHERE id = 20");
    }

    private static SiteSupervisor west() {
        return sites.supervisors().get(1);
    }

    private static void awaitReason(SiteSupervisor site, String... words) {
        await().atMost(TwoSites.SETTLE_LIMIT)
                .until(() -> Stream.of(words).allMatch(site.report().apply().reason()::contains));
    }
}
