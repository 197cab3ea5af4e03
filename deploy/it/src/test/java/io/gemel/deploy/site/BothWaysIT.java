package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both directions at once, with conflicts, without faults. */
class BothWaysIT {
    private static final int KEYS = 20;
    private static final int TRANSACTIONS = Integer.getInteger("gemel.test.fault.trials", 1) > 1 ? 600 : 300;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Version.class)
    void keeps_two_databases_equal_under_conflicting_writes(Version version) throws Exception {
        long seed = Long.getLong("gemel.test.seed", System.nanoTime());
        System.out.println("BothWaysIT seed " + seed + " (repeat with -Dgemel.test.seed=" + seed + ")");
        try (TwoSites sites = TwoSites.start(folder, version, Map.of())) {
            sites.schema(TwoSites.PROBE)
                    .schema(
                            "CREATE TABLE account (id int PRIMARY KEY, owner text, balance bigint)",
                            "CREATE TABLE entry (id" + " text PRIMARY KEY, account int, amount bigint)")
                    .prepare()
                    .run();
            sites.east().execute("INSERT INTO account SELECT i, 'o' || i, 100 FROM generate_series(1, 10) i");
            await().atMost(TwoSites.SETTLE_LIMIT)
                    .untilAsserted(() ->
                            assertThat(TwoSites.rows(sites.west(), "account")).hasSize(10));

            ExecutorService writers = Executors.newFixedThreadPool(4);
            List<Future<Void>> done = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SiteFixture site = i % 2 == 0 ? sites.east() : sites.west();
                String name = (i % 2 == 0 ? "e" : "w") + i;
                Random random = new Random(seed + i);
                Callable<Void> writer = () -> write(site, name, random);
                done.add(writers.submit(writer));
            }
            for (Future<Void> each : done) {
                each.get();
            }
            writers.shutdown();

            sites.settle();
            sites.assertEqual("account", "entry");
            assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM entry"))
                    .containsExactly(String.valueOf(4 * TRANSACTIONS));
            assertThat(TwoSites.texts(sites.east(), "SELECT count(*) > 0 FROM gemel.journal"))
                    .containsExactly("t");
            String pairs =
                    "SELECT least(local_site || local_position, incoming_site || incoming_position), greatest(local_site"
                            + " || local_position, incoming_site || incoming_position), key, winner_site FROM gemel.journal"
                            + " ORDER BY 1, 2, 3";
            assertThat(TwoSites.texts(sites.west(), pairs)).isEqualTo(TwoSites.texts(sites.east(), pairs));
            assertThat(sites.supervisors())
                    .allSatisfy(each -> assertThat(each.reason()).isEmpty());
        }
    }

    /** Transactions of several rows over few keys, so that they conflict. */
    private static Void write(SiteFixture site, String name, Random random) throws SQLException {
        try (Connection connection = site.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < TRANSACTIONS; ) {
                try {
                    for (int j = 0; j < 2; j++) {
                        int key = random.nextInt(KEYS);
                        statement.execute(
                                switch (random.nextInt(6)) {
                                    case 0 -> "DELETE FROM account WHERE id = " + key;
                                    case 1 ->
                                        "INSERT INTO account VALUES (" + key + ", '" + name + i
                                                + "', 0) ON CONFLICT DO NOTHING";
                                    default ->
                                        "UPDATE account SET owner = '" + name + i
                                                + "', balance = balance + 1 WHERE id = " + key;
                                });
                    }
                    statement.execute("INSERT INTO entry VALUES ('" + name + "-" + i + "', 1, 1)");
                    connection.commit();
                    i++;
                } catch (SQLException e) {
                    connection.rollback(); // deadlock of two writers of this test
                }
            }
        }
        return null;
    }
}
