package io.gemel.apply.decide;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.TargetRows.Orphan;
import io.gemel.conflict.window.WindowEntry;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.reason.Advice;
import io.gemel.reason.RowLimit;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.List;

/** Sees to it that what one group decides about, and what must be remembered of that, finds room in memory. Applying thread only. */
public final class ConflictRoom {
    private static final String CHANGED_BY_BOTH = "both sites changed the same rows";
    private static final String ORPHANED = "rows of this site refer to rows that the peer deleted";

    private static final String DONE_TWICE = "a submission was executed at both sites, and one of them is taken back";

    private final WindowTransaction group;
    private final long rowBytesMax;

    /** @param rowBytesMax most bytes of memory that the values of a changed row may take */
    public ConflictRoom(WindowTransaction group, long rowBytesMax) {
        this.group = group;
        this.rowBytesMax = rowBytesMax;
    }

    /** Bytes of memory for changes that are held together. */
    public long bytesMax() {
        return RowLimit.conflictBytes(rowBytesMax);
    }

    /** Keys of which there is room for what must be remembered, at best. */
    public int keysMax() {
        return (int) Math.min(Integer.MAX_VALUE - 1, bytesMax() / WindowEntry.BYTES);
    }

    /** Is a change small enough to be decided about? */
    public void check(Change change) throws ApplyFailure {
        long bytes = change.largeBytes();
        if (!RowLimit.canDecide(bytes, rowBytesMax)) {
            RowKey key = change.key();
            throw new ApplyFailure(
                    Kind.ALONE,
                    Advice.APPLY_CONFLICT_TOO_LARGE,
                    RowLimit.undecided(key.table().toString(), key.values(), bytes, rowBytesMax));
        }
    }

    /** Is there room for what the window and the group remember by now? */
    public void check() throws ApplyFailure {
        check(CHANGED_BY_BOTH, group.touchedRows(), group.bytes());
    }

    /** Is there room for what must be remembered of so many keys, whatever was changed? */
    public void check(int keys) throws ApplyFailure {
        check(CHANGED_BY_BOTH, keys, (long) keys * WindowEntry.BYTES);
    }

    /** Is there room for what must be remembered of rows that are left without what they refer to? */
    void checkOrphans(List<Orphan> orphans) throws ApplyFailure {
        check(
                ORPHANED,
                orphans.size(),
                orphans.stream().mapToLong(Orphan::bytes).sum());
    }

    /** Is there room for the changes of a transaction that is taken back? */
    void checkVoid(List<StampedChange> changes) throws ApplyFailure {
        check(
                DONE_TWICE,
                changes.size(),
                changes.stream().mapToLong(WindowEntry::bytes).sum());
    }

    private void check(String why, int rows, long bytes) throws ApplyFailure {
        if (bytes > bytesMax()) {
            throw new ApplyFailure(
                    Kind.ALONE, Advice.APPLY_CONFLICTS_TOO_MANY, RowLimit.conflicts(why, rows, bytes, rowBytesMax));
        }
    }
}
