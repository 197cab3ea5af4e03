package io.gemel.deploy.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The tables that the workload writes to. Every transaction names itself in {@code entry}; the others each show one kind of
 * damage: halves of a pair, gaps in a sequence of steps, a counter that differs from its tallies, a contended account with the
 * wrong owner.
 */
final class FaultTables {
    static final int COUNTERS = 8;
    static final int ACCOUNTS = 60;
    static final int BULK_ROWS = 10_000;

    /** Site settings that the tables need. */
    static final Map<String, String> SETTINGS = settings();

    /** A table, its key as text, and what stands for all rows of one key, byte by byte. */
    record Table(String name, String key, String digest) {
        Table(String name, String key) {
            this(name, key, "md5(record_send(t))");
        }

        String query() {
            return "SELECT " + key + ", " + digest + " FROM " + name + " AS t"
                    + (digest.contains("agg") ? " GROUP BY 1" : "");
        }
    }

    static final List<Table> ALL = all(
            new Table("entry", "id"),
            new Table("left_half", "id"),
            new Table("right_half", "id"),
            new Table("odd_step", "writer || '/' || n"),
            new Table("even_step", "writer || '/' || n"),
            new Table("tally", "id"),
            new Table("counter", "id::text"),
            new Table("account", "id::text"),
            new Table("bulk", "id", "md5(string_agg(md5(record_send(t)), '' ORDER BY n))"));

    /**
     * The schema. The trigger notes each entry that the applier inserts in a table without any key,
     * where an entry that was applied twice stands twice. One transaction may insert an entry more than once: as a placeholder
     * that locks the absent key, and then for good.
     */
    private static final String[] SCHEMA = {
        "CREATE TABLE entry (id text PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())",
        "CREATE TABLE left_half (id text PRIMARY KEY)",
        "CREATE TABLE right_half (id text PRIMARY KEY)",
        "CREATE TABLE odd_step (writer text, n bigint, PRIMARY KEY (writer, n))",
        "CREATE TABLE even_step (writer text, n bigint, PRIMARY KEY (writer, n))",
        "CREATE TABLE tally (id text PRIMARY KEY, counter int NOT NULL, amount bigint NOT NULL)",
        "CREATE TABLE counter (id int PRIMARY KEY, n bigint NOT NULL)",
        "INSERT INTO counter SELECT i, 0 FROM generate_series(0, " + (COUNTERS - 1) + ") i",
        "CREATE TABLE account (id int PRIMARY KEY, owner text, balance numeric, ratio float8, at timetz, until"
                + " timestamp, image bytea)",
        "CREATE TABLE bulk (id text, n int, filling text, PRIMARY KEY (id, n))",
        "CREATE SCHEMA oracle",
        "CREATE TABLE oracle.applied_entry (id text, transaction xid8 DEFAULT pg_current_xact_id())",
        "CREATE FUNCTION oracle.note() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS"
                + " $$ BEGIN IF current_setting('application_name') LIKE 'gemel-apply-%' THEN"
                + " INSERT INTO oracle.applied_entry VALUES (NEW.id); END IF; RETURN NULL; END $$",
        "CREATE TRIGGER note AFTER INSERT ON entry FOR EACH ROW EXECUTE FUNCTION oracle.note()",
        "ALTER TABLE entry ENABLE REPLICA TRIGGER note"
    };

    /** Transactions of which one snapshot shows some rows and not all. */
    static final String HALVES =
            "SELECT 'half of pair ' || coalesce(l.id, r.id) FROM left_half l FULL JOIN right_half r"
                    + " ON l.id = r.id WHERE l.id IS NULL OR r.id IS NULL"
                    + " UNION ALL SELECT 'part of bulk ' || id || ', ' || count(*) || ' rows' FROM bulk GROUP BY id"
                    + " HAVING count(*) <> " + BULK_ROWS;

    /** Writers of whose steps, from 1 and without a gap, one snapshot shows a later one without an earlier one. */
    static final String GAPS = "SELECT writer || ' has ' || count(*) || ' steps up to ' || max(n) FROM"
            + " (SELECT * FROM odd_step UNION ALL SELECT * FROM even_step) AS step"
            + " GROUP BY writer HAVING count(*) <> max(n)";

    /** How many steps of each writer one snapshot shows. */
    static final String STEPS =
            "SELECT writer, count(*) FROM (SELECT writer FROM odd_step UNION ALL SELECT writer FROM even_step) AS step GROUP BY writer";

    private FaultTables() {}

    /** All tables that the workload and the faults write to. */
    static String[] schema() {
        return Stream.of(SCHEMA, LinkedTables.SCHEMA, CircularTables.SCHEMA, LimitedRows.SCHEMA)
                .flatMap(Stream::of)
                .toArray(String[]::new);
    }

    /** Does more than the versions of two changes decide about a row of this table? */
    static boolean isLinked(String table) {
        return LinkedTables.NAMES.contains(table)
                || CircularTables.NAMES.contains(table)
                || table.equals(LimitedRows.TABLE);
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(LinkedTables.SETTINGS);
        settings.putAll(CircularTables.SETTINGS);
        settings.putAll(LimitedRows.SETTINGS);
        settings.put("conflict.policy.public.counter", "last-writer-wins, delta(n)");
        settings.put("halt.retry.interval", "200ms");
        return Map.copyOf(settings);
    }

    private static List<Table> all(Table... own) {
        List<Table> all = new ArrayList<>(List.of(own));
        all.addAll(LinkedTables.ALL);
        CircularTables.NAMES.forEach(each -> all.add(new Table(each, "id::text")));
        all.add(new Table(LimitedRows.TABLE, "id"));
        return List.copyOf(all);
    }
}
