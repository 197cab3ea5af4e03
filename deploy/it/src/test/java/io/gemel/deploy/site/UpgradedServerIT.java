package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.check.Check;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.prepare.Administrator;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A site's server is upgraded as pg_upgrade does it: another identity, the same rows with their transaction ids, later places in the log,
 * and neither slot nor origin. A site process that ended in good order goes on, and nothing is copied.
 */
class UpgradedServerIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private TwoSites sites;

    @BeforeEach
    void start() throws Exception {
        sites = TwoSites.start(folder, Version.V15, Map.of("tables.exclude", "public.item_old"));
        sites.schema(TwoSites.PROBE)
                .schema("CREATE TABLE item (id int PRIMARY KEY, v text)", "CREATE TABLE item_old () INHERITS (item)")
                .prepare()
                .run();
        sites.east().execute("INSERT INTO item SELECT g, 'east' FROM generate_series(1, 100) g");
        sites.settle();
    }

    @AfterEach
    void stop() {
        sites.close();
    }

    @Test
    void goes_on_after_prepare() throws Exception {
        stopEast();
        sites.west().execute("INSERT INTO item VALUES (200, 'while east was away')");
        sites.east().execute("INSERT INTO item_old VALUES (1, 'in a child that is not replicated')");
        upgradeEast();

        String told = Check.run(List.of(sites.east().config()), Clock.systemUTC())
                .findings()
                .toString();
        assertThat(told)
                .contains("gemel_east does not exist, and the last site process shut down cleanly: run gemel prepare")
                .doesNotContain("anew");
        String printed = prepareEast(0);
        assertThat(printed).contains("its log continues where it ended");
        sites.run(sites.east(), LongUnaryOperator.identity());

        sites.east().execute("UPDATE item SET v = 'after' WHERE id <= 10", "INSERT INTO item VALUES (300, 'after')");
        sites.settle();
        sites.assertEqual("ONLY item");
        assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM ONLY item"))
                .containsExactly("102");
        // The next start is an ordinary one.
        SiteSupervisor east = sites.supervisors().get(sites.supervisors().size() - 1);
        east.close();
        sites.run(sites.east(), LongUnaryOperator.identity());
        sites.east().execute("DELETE FROM item WHERE id = 300");
        sites.settle();
        sites.assertEqual("ONLY item");
    }

    @Test
    void does_not_go_on_when_something_was_written_in_between() throws Exception {
        stopEast();
        sites.east().execute("UPDATE item SET v = 'in no log' WHERE id <= 7");
        upgradeEast();

        assertThat(prepareEast(1)).contains("public.item has 7 row(s)", "start the pair anew");

        SiteSupervisor east = sites.run(sites.east(), LongUnaryOperator.identity());
        await().atMost(LIMIT)
                .until(() -> east.state() == SiteState.HALTED
                        && east.reason().contains("the replication slot gemel_east does not exist"));
    }

    @Test
    void is_not_sealed_while_an_application_writes() throws Exception {
        try (Connection application = sites.east().connectAsAdministrator();
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("INSERT INTO item VALUES (400, 'still open')");
            stopEast();
            application.commit();
        }
        upgradeEast();
        assertThat(prepareEast(1)).contains("cannot be continued by this database");
    }

    private void stopEast() {
        sites.supervisors().get(0).close();
    }

    /** A copy of the database's files under another oid stands for the upgraded cluster. */
    private void upgradeEast() throws Exception {
        sites.eastServer()
                .execute(
                        "postgres",
                        "SELECT pg_drop_replication_slot('gemel_east')",
                        "SELECT pg_replication_origin_drop(roname) FROM pg_replication_origin",
                        "CREATE DATABASE upgraded TEMPLATE east",
                        "DROP DATABASE east WITH (FORCE)",
                        "ALTER DATABASE upgraded RENAME TO east",
                        "SELECT pg_switch_wal()");
    }

    private String prepareEast(int exitCode) throws Exception {
        StringWriter printed = new StringWriter();
        Optional<Administrator> administrator = Optional.of(new Administrator("postgres", new Secret("")));
        assertThat(Prepare.run(sites.east().config(), administrator, new PrintWriter(printed)))
                .as(printed::toString)
                .isEqualTo(exitCode);
        return printed.toString();
    }
}
