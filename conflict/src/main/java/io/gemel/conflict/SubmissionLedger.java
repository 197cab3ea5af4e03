package io.gemel.conflict;

import io.gemel.transaction.Change;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import java.util.Comparator;

/**
 * The ledger of submissions, as far as conflicts are concerned. A transaction that inserts a row there claims the row's
 * key; of two concurrent transactions with one key, two attempts at one submission, the smaller is superseded as a
 * whole. Pure; any thread.
 */
public final class SubmissionLedger {
    public static final TableId TABLE = GemelTable.SUBMISSION.id();

    /** What the journal gives as the policy that decided. */
    public static final String POLICY = "submission ledger";

    private static final String ATTEMPT = "attempt";
    private static final Comparator<StampedChange> BY_ATTEMPT = Comparator.comparingLong(SubmissionLedger::attempt)
            .thenComparing(claim -> claim.header().version());

    private SubmissionLedger() {}

    /** Returns whether this change claims a submission for its transaction. */
    public static boolean isClaim(Change change) {
        return change instanceof Change.Insert && change.table().equals(TABLE);
    }

    /**
     * Returns whether the transaction of {@code claim} is superseded by that of its rival. The same answer at both
     * sites.
     */
    public static boolean yields(StampedChange claim, StampedChange rival) {
        return BY_ATTEMPT.compare(claim, rival) < 0;
    }

    private static long attempt(StampedChange claim) {
        RowImage row = claim.change().after();
        int column = row == null ? -1 : row.shape().indexOf(ATTEMPT);
        String value = row == null || column < 0 ? null : row.value(column);
        return value == null ? 0 : Long.parseLong(value);
    }
}
