package io.gemel.apply.simulation;

import io.gemel.conflict.SubmissionLedger;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.util.List;

/** The ledger of submissions: a transaction that inserts a row here claims the row's key. */
final class Submission {
    /** More than any schedule uses. */
    static final int KEYS = 100;

    private static final TableShape SHAPE =
            new TableShape(SubmissionLedger.TABLE, List.of("key", "attempt", "status"), List.of(0));
    private static final int ATTEMPT = 1;
    private static final int STATUS = 2;
    private static final String DECLINED = "declined";

    private Submission() {}

    static RowKey key(int number) {
        return RowKey.of(SubmissionLedger.TABLE, "s" + number);
    }

    static Change claim(int number, int attempt) {
        return new Change.Insert(RowImage.of(SHAPE, "s" + number, Integer.toString(attempt), "executed"));
    }

    /** The whole of an attempt that the application refuses, and not for good. */
    static Change decline(int number, int attempt) {
        return new Change.Insert(RowImage.of(SHAPE, "s" + number, Integer.toString(attempt), DECLINED));
    }

    /** May a later attempt take the submission over? */
    static boolean isDeclined(RowImage row) {
        return DECLINED.equals(row.value(STATUS));
    }

    static boolean isClaim(Change change) {
        return change instanceof Change.Insert && isRow(change);
    }

    static boolean isRow(Change change) {
        return change.table().equals(SubmissionLedger.TABLE);
    }

    static int attempt(RowImage row) {
        return Integer.parseInt(String.valueOf(row.value(ATTEMPT)));
    }
}
