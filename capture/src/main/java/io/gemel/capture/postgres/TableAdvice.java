package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureException;
import io.gemel.reason.Advice;
import io.gemel.transaction.TableId;

/** Why capture halts at a table, and what ends it. Pure. */
enum TableAdvice {
    /** Rows are logged without what they were before. */
    PARTIAL_ROWS(
            Advice.CAPTURE_PARTIAL_ROWS,
            "the database's log does not hold whole rows of table {table}: run 'gemel prepare' as an administrator, or {statements}"),
    /** The log refers to a table by a name that the catalog does not know. */
    UNKNOWN_TABLE(
            Advice.CAPTURE_UNKNOWN_TABLE,
            "table {table} has changes to publish but was dropped or renamed, so its primary key is not known: restore its name, or"
                    + " leave it out for a while, as docs/configuration.md describes"),
    KEY_CHANGED(
            Advice.CAPTURE_KEY_CHANGED,
            "the primary key of table {table} was changed since the rows were written that are being published now: leave the table out"
                    + " for a while, as docs/configuration.md describes"),
    /** A large value did not change, and was not logged. */
    VALUE_MISSING(
            Advice.CAPTURE_VALUE_MISSING,
            "the database's log does not hold the value of column {column} of a row of table {table}, which was written before the table"
                    + " had REPLICA IDENTITY FULL: leave the table out for a while, as docs/configuration.md describes");

    private final Advice advice;
    private final String text;

    TableAdvice(Advice advice, String text) {
        this.advice = advice;
        this.text = text;
    }

    CaptureException halt(TableId table) {
        return halt(table, "", "");
    }

    /** @param value what stands for the placeholder of this name, if there is one */
    CaptureException halt(TableId table, String placeholder, String value) {
        return CaptureException.halt(
                advice, text.replace("{table}", table.toString()).replace("{" + placeholder + "}", value));
    }
}
