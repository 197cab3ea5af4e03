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

/** Limits the memory for what one batch resolves, and for what must be remembered of it. Applying thread only. */
public final class ConflictRoom {
    private static final String CHANGED_BY_BOTH = "both sites changed the same rows";
    private static final String ORPHANED = "rows of this site refer to rows that the peer deleted";

    private static final String DONE_TWICE = "a submission was executed at both sites, and one of them is taken back";

    private final WindowTransaction group;
    private final long rowBytesMax;

    /** @param rowBytesMax maximum memory in bytes that the values of a changed row may take */
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

    /** Checks that a change is small enough to be resolved. */
    public void check(Change change) throws ApplyFailure {
        long bytes = change.largeBytes();
        if (!RowLimit.canDecide(bytes, rowBytesMax)) {
            RowKey key = change.key();
            throw new ApplyFailure(
                    Kind.TOO_LARGE,
                    Advice.APPLY_CONFLICT_TOO_LARGE,
                    RowLimit.undecided(key.table().toString(), key.values(), bytes, rowBytesMax));
        }
    }

    /** Checks that there is memory for what the window and the batch remember by now. */
    public void check() throws ApplyFailure {
        check(CHANGED_BY_BOTH, group.touchedRows(), group.bytes());
    }

    /** Checks that there is memory for what must be remembered of this many keys, whatever was changed. */
    public void check(int keys) throws ApplyFailure {
        check(CHANGED_BY_BOTH, keys, (long) keys * WindowEntry.BYTES);
    }

    /** Checks that there is memory for what must be remembered of orphans. */
    void checkOrphans(List<Orphan> orphans) throws ApplyFailure {
        check(
                ORPHANED,
                orphans.size(),
                orphans.stream().mapToLong(Orphan::bytes).sum());
    }

    /** Checks that there is memory for the changes of a transaction that is taken back. */
    void checkVoid(List<StampedChange> changes) throws ApplyFailure {
        check(
                DONE_TWICE,
                changes.size(),
                changes.stream().mapToLong(WindowEntry::bytes).sum());
    }

    private void check(String why, int rows, long bytes) throws ApplyFailure {
        if (bytes > bytesMax()) {
            throw new ApplyFailure(
                    Kind.TOO_LARGE, Advice.APPLY_CONFLICTS_TOO_MANY, RowLimit.conflicts(why, rows, bytes, rowBytesMax));
        }
    }
}
