package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.deploy.embedded.PostgresServer.Version;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What guarantees.md says of applications that were made for one database, as far as scenario files cannot tell it. */
class OneDatabaseHabitsIT {
    private static final String[] SCHEMA = {
        "CREATE TABLE reading (id int, day date, v text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "CREATE TABLE reading_2026 PARTITION OF reading FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "CREATE TABLE reading_2027 PARTITION OF reading FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
        "CREATE TABLE item (id int PRIMARY KEY, v text)",
        "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
        "CREATE TABLE ticket (id serial PRIMARY KEY, v text)",
        "CREATE TABLE document (id int PRIMARY KEY, content oid)",
        "CREATE TABLE stock (id int PRIMARY KEY, n int)",
        "CREATE TABLE filled (id int PRIMARY KEY, v text) WITH (autovacuum_enabled = false)",
        "CREATE SCHEMA quiet",
        "CREATE TABLE quiet.heard (what text, n int)",
        "CREATE FUNCTION quiet.hear() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN"
                + " INSERT INTO quiet.heard VALUES (TG_OP, NEW.n); RETURN NULL; END $$",
        "CREATE TRIGGER hear AFTER INSERT OR UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION quiet.hear()",
        "ALTER TABLE stock ENABLE ALWAYS TRIGGER hear"
    };

    @TempDir
    static Path folder;

    private static TwoSites sites;

    @BeforeAll
    static void start() throws Exception {
        sites = TwoSites.start(folder, Version.V18, Map.of());
        sites.schema(TwoSites.PROBE).schema(SCHEMA).prepare().run();
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @Test
    void truncating_a_partition_stays_at_its_site_and_deleting_its_rows_does_not() throws Exception {
        sites.east().execute("INSERT INTO reading VALUES (1, '2026-05-05', 'a'), (2, '2027-05-05', 'b')");
        sites.settle();
        sites.east().execute("TRUNCATE reading_2026", "DELETE FROM reading_2027");
        sites.settle();
        assertThat(TwoSites.rows(sites.east(), "reading")).isEmpty();
        assertThat(TwoSites.rows(sites.west(), "reading")).containsExactly("(1,2026-05-05,a)");

        sites.west().execute("TRUNCATE reading_2026");
        sites.east().execute("INSERT INTO reading VALUES (1, '2026-05-05', 'again')");
        sites.settle();
        sites.assertEqual("reading");
        sites.east().execute("TRUNCATE reading");
        sites.settle();
        assertThat(TwoSites.rows(sites.west(), "reading")).isEmpty();
    }

    /** PostgreSQL believes that there are no rows: none was committed when it looked. */
    @Test
    void rows_of_a_table_that_was_analyzed_while_it_was_filled_are_found_by_their_keys() throws Exception {
        try (Connection filling = sites.west().connectAsAdministrator();
                Statement statement = filling.createStatement()) {
            filling.setAutoCommit(false);
            statement.execute("INSERT INTO filled SELECT id, 'v' FROM generate_series(1, 300000) AS id");
            sites.west().execute("ANALYZE filled");
            filling.commit();
        }
        assertThat(TwoSites.texts(
                        sites.west(), "SELECT reltuples FROM pg_class WHERE relname = 'filled' AND relpages > 0"))
                .containsExactly("0");
        sites.settle();

        sites.east()
                .execute(
                        "UPDATE filled SET v = 'changed' WHERE id % 15 = 0",
                        "DELETE FROM filled WHERE id % 15 = 1", "UPDATE filled SET v = NULL WHERE id = 2");
        sites.settle();
        sites.assertEqual("filled");
    }

    @Test
    void a_column_whose_default_differs_by_site_is_filled_at_one_site() throws Exception {
        sites.schema(
                "ALTER TABLE item ADD COLUMN at timestamptz", "ALTER TABLE item ALTER COLUMN at SET DEFAULT now()");
        sites.east().execute("UPDATE item SET at = now() WHERE at IS NULL");
        sites.settle();
        sites.schema("ALTER TABLE item ALTER COLUMN at SET NOT NULL");
        sites.west().execute("UPDATE item SET v = 'c' WHERE id = 2", "INSERT INTO item VALUES (3, 'd')");
        sites.settle();
        sites.assertEqual("item");
        sites.awaitNoReason();
    }

    @Test
    void an_explicit_value_of_a_serial_column_does_not_move_the_other_sites_sequence() throws Exception {
        sites.east().execute("INSERT INTO ticket VALUES (1, 'explicit')");
        sites.settle();
        assertThatThrownBy(() -> sites.west().execute("INSERT INTO ticket (v) VALUES ('from the sequence')"))
                .hasMessageContaining("duplicate key value");
    }

    @Test
    void a_trigger_that_always_fires_sees_what_is_written_not_each_change() throws Exception {
        sites.east()
                .execute(
                        "BEGIN; INSERT INTO stock VALUES (1, 1); UPDATE stock SET n = 2; UPDATE stock SET n = 3; COMMIT");
        sites.settle();

        assertThat(TwoSites.texts(sites.east(), "SELECT * FROM quiet.heard"))
                .containsExactly("INSERT|1", "UPDATE|2", "UPDATE|3");
        assertThat(TwoSites.texts(sites.west(), "SELECT * FROM quiet.heard")).containsExactly("INSERT|3");
    }

    @Test
    void the_number_of_a_large_object_arrives_without_the_object() throws Exception {
        sites.east().execute("INSERT INTO document SELECT 1, lo_from_bytea(0, 'content')");
        sites.settle();

        sites.assertEqual("document");
        assertThatThrownBy(() -> TwoSites.texts(sites.west(), "SELECT lo_get(content) FROM document"))
                .hasMessageContaining("does not exist");
    }
}
