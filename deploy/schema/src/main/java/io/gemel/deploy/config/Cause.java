package io.gemel.deploy.config;

import com.fasterxml.jackson.annotation.JsonValue;
import io.gemel.transaction.GemelTable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The cause of a finding of {@code gemel check}: findings with the same cause are grouped, and an operator acknowledges
 * it by adding its id to {@code check.acknowledged}. docs/configuration.md lists every id; a test compares the two.
 */
public enum Cause {
    UNREACHABLE("a server cannot be used", ""),
    NOT_PREPARED("things are not set up", "gemel prepare FILE"),
    BEYOND_PREPARE("problems cannot be fixed by gemel prepare", ""),
    SERVER("settings of the server stop replication", ""),
    LOG_UNLIMITED("settings let the database's log grow without a limit", ""),
    SLOT("replication slots are about to be lost", ""),
    ROLE("roles have more privileges than they need", ""),
    SECRET("secrets are in plain text in the file", "move each to a file of mode 600 and write KEY=${file:PATH}"),
    CONFIG("lines of the file match nothing", ""),
    ROUTER("settings endanger routers and their VMs", ""),
    CLOCK("clocks are wrong", ""),
    LOG("Kafka topics are misconfigured", ""),
    LOG_OWNER("logs belong to another database, or cannot be continued", ""),
    LOG_DURABILITY("Kafka topics can lose transactions with a broker", ""),
    TABLE_KIND("tables are not in the database's log", ""),
    PRIMARY_KEY("tables have no primary key that replication can use", ""),
    KEY_TYPE(
            "key columns do not compare as their text does",
            "give each table a key of an integer, uuid, text or date type, or list it in tables.exclude"),
    GENERATED_COLUMN("tables have virtual generated columns", ""),
    COLUMN_TYPE("columns have a type that cannot be replicated", ""),
    ROW_SECURITY("tables have row level security that hides rows from Gemel", ""),
    OTHER_PUBLICATION("tables are in publications that do not support full row images", ""),
    PUBLICATION_GAP("tables were temporarily not in the publication", ""),
    OBJECT_NAMES(
            "columns name objects of this database", "make sure that every object they name exists at the peer too"),
    OID_COLUMNS(
            "columns of type oid may refer to large objects, which are not replicated",
            "store content in a bytea column; where they hold other numbers, acknowledge this"),
    UNIQUE_KEYS(
            "unique keys other than primary keys can receive one value from both sites",
            "let each site draw such values from its own range, and check " + GemelTable.JOURNAL),
    FOREIGN_KEYS("foreign keys whose orphans are not detected", ""),
    LARGE_ROWS(
            "tables may hold rows that are larger than a change may be",
            "where one is, raise row.bytes.max and the heap of both sites: a change of a larger row halts, and loses nothing"),
    POLICY("conflict policies do not fit their tables", ""),
    POLICY_LOSES("conflict policies can lose a change", ""),
    TRIGGERS("triggers and rules fire again when a change is applied", ""),
    SEQUENCES("sequences generate the same values at both sites", ""),
    PAIR("the two files contradict each other", ""),
    PAIR_SERVERS("the two servers differ", ""),
    PAIR_TABLES("tables differ between the sites", "make them equal, see docs/guarantees.md for the order"),
    PAIR_CONSTRAINTS(
            "constraints hold at one site only",
            "create each at both sites, or drop it; docs/conflicts.md says what happens"),
    PAIR_TYPES("types differ between the sites", ""),
    PAIR_PARTITIONS("partitions differ between the sites", ""),
    PAIR_TRIGGERS("triggers of applied changes differ between the sites", "");

    private final String title;
    private final String fix;

    Cause(String title, String fix) {
        this.title = title;
        this.fix = fix;
    }

    /** As it is printed and written into {@code check.acknowledged}. */
    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What several findings of it have in common; follows their number. */
    public String title() {
        return title;
    }

    /** One fix for all of its findings, with FILE for the site's properties file; empty when each has its own. */
    public String fix() {
        return fix;
    }

    /** The cause of an id. */
    static Optional<Cause> of(String id) {
        return Arrays.stream(values()).filter(cause -> cause.id().equals(id)).findFirst();
    }

    /** Every id, in the order of the documentation. */
    static List<String> ids() {
        return Arrays.stream(values()).map(Cause::id).toList();
    }
}
