package io.gemel.transaction;

import java.util.Locale;

/**
 * Gemel's own tables in each application database, which {@code schema.sql} in deploy creates and describes. In a statement or a message each
 * stands for its name with the schema. Only what applications embed writes names out, since it needs nothing but Java.
 */
public enum GemelTable {
    APPLIED,
    HEARTBEAT,
    EMIT,
    WINDOW,
    VOID,
    SUBMISSION,
    GATE,
    SEAL,
    PUBLISHED,
    PARKED,
    PARKED_ROW,
    REPAIR,
    GONE_COLUMN,
    JOURNAL;

    public static final String SCHEMA = "gemel";

    public TableId id() {
        return new TableId(SCHEMA, name().toLowerCase(Locale.ROOT));
    }

    /** The name with the schema, as SQL takes it. */
    @Override
    public String toString() {
        return id().toString();
    }
}
