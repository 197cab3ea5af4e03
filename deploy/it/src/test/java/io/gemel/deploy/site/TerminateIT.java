package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.status.RouterApi.Termination;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lost VM's sessions end when a router says so, with the locks that they hold, and nobody else's do. */
class TerminateIT {
    @TempDir
    static Path folder;

    private static final int STARTS = 30;
    private static final int STARTS_MILLIS = 200;

    private static TwoSites sites;
    private static SiteSupervisor east;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of("vm.roles", "bank"));
        sites.schema(
                        "CREATE ROLE bank LOGIN PASSWORD 'b'",
                        "CREATE TABLE account (id int PRIMARY KEY, n int)",
                        "GRANT ALL ON account TO bank",
                        "INSERT INTO account VALUES (1, 0)")
                .prepare();
        // Not even a site that does not run may leave locks behind.
        east = new SiteSupervisor(sites.east().config(), micros -> micros, InstantSource.system());
    }

    @AfterAll
    static void stop() {
        east.close();
        sites.close();
    }

    @Test
    void ends_the_sessions_of_that_vm_and_frees_what_they_hold() throws Exception {
        try (Connection lost = session("bank", "east", "gemel-vm:e1");
                Connection idle = session("bank", "east", "gemel-vm:e1");
                Connection other = session("bank", "east", "gemel-vm:e11");
                Connection elsewhere = session("bank", "postgres", "gemel-vm:e1")) {
            lost.setAutoCommit(false);
            execute(lost, "UPDATE account SET n = 1 WHERE id = 1");

            assertThat(east.desk().terminate("e1", Duration.ofHours(1))).isEqualTo(new Termination(0, ""));
            execute(lost, "SELECT 1");
            assertThat(terminate("e1", "")).isEqualTo(2);

            execute(other, "SET lock_timeout = '1s'; UPDATE account SET n = n + 10 WHERE id = 1");
            assertThat(TwoSites.texts(sites.east(), "SELECT n FROM account")).containsExactly("10");
            assertThatThrownBy(lost::commit).isInstanceOf(SQLException.class);
            assertThat(idle.isValid(1)).isFalse();
            execute(elsewhere, "SELECT 1");
        }
        assertThat(east.desk().terminate("e1", Duration.ZERO)).isEqualTo(new Termination(0, ""));
    }

    @Test
    void says_when_a_session_goes_on() throws Exception {
        try (Connection ordinary = session("bank", "east", "gemel-vm:e2");
                Connection superuser = session("postgres", "east", "gemel-vm:e2")) {
            assertThat(terminate("e2", "1 sessions of e2 continue")).isOne();
            assertThat(ordinary.isValid(1)).isFalse();
            execute(superuser, "SELECT 1");
        }
    }

    @Test
    void no_session_outlives_a_site_that_is_closed_at_any_moment_of_its_start() throws Exception {
        long seed = Long.getLong("gemel.test.seed", System.nanoTime());
        Random moments = new Random(seed);
        for (int i = 0; i < STARTS; i++) {
            SiteSupervisor starting =
                    new SiteSupervisor(sites.east().config(), micros -> micros, InstantSource.system());
            starting.start();
            Thread.sleep(moments.nextInt(STARTS_MILLIS));
            starting.close();
        }
        await().atMost(TwoSites.SETTLE_LIMIT)
                .untilAsserted(() -> assertThat(
                                TwoSites.texts(
                                        sites.east(),
                                        "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"
                                                + " AND backend_type IN ('client backend', 'walsender')"
                                                + " AND pid <> pg_backend_pid() AND application_name <> 'gemel-terminate-east'"))
                        .as("-Dgemel.test.seed=" + seed)
                        .isEmpty());
    }

    /** Says it until no more sessions go on than these; on a busy machine some take longer to end than one call waits. How many ended. */
    private static int terminate(String vm, String left) {
        AtomicInteger ended = new AtomicInteger();
        await().atMost(TwoSites.SETTLE_LIMIT).until(() -> {
            Termination done = east.desk().terminate(vm, Duration.ZERO);
            ended.addAndGet(done.terminated());
            return left.isEmpty() ? done.reason().isEmpty() : done.reason().startsWith(left);
        });
        return ended.get();
    }

    private static Connection session(String role, String database, String application) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty("password", "b");
        properties.setProperty("ApplicationName", application);
        return DriverManager.getConnection(sites.eastServer().jdbcUrl(database), properties);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
