package io.gemel.apply.postgres;

import org.jooq.Record;

/**
 * One column as the local catalog has it.
 *
 * @param type without its modifier
 * @param wrapped whether its values travel as text: {@code unnest} would take an array or a composite apart
 * @param fixed GENERATED ALWAYS AS IDENTITY: an insert may override its value, an update may not
 * @param toasted whether its values may be too large for a page of the table
 */
record PostgresColumn(String name, String type, boolean wrapped, boolean fixed, boolean toasted) {
    /** Of a row of the catalog. */
    static PostgresColumn of(Record row) {
        return new PostgresColumn(
                row.get("attname", String.class),
                row.get("type", String.class),
                row.get("wrapped", Boolean.class),
                row.get("fixed", Boolean.class),
                row.get("toasted", Boolean.class));
    }
}
