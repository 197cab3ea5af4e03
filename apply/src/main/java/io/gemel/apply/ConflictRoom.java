package io.gemel.apply;

import io.gemel.apply.ApplyFailure.Kind;
import io.gemel.conflict.WindowEntry;
import io.gemel.conflict.WindowGroup;
import io.gemel.reason.Advice;
import io.gemel.reason.RowLimit;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;

/** Sees to it that what one group decides about, and what must be remembered of that, finds room in memory. Applying thread only. */
final class ConflictRoom {
    private final WindowGroup group;
    private final long rowBytesMax;

    /** @param rowBytesMax most bytes of memory that the values of a changed row may take */
    ConflictRoom(WindowGroup group, long rowBytesMax) {
        this.group = group;
        this.rowBytesMax = rowBytesMax;
    }

    /** Bytes of memory for changes that are held together. */
    long bytesMax() {
        return RowLimit.conflictBytes(rowBytesMax);
    }

    /** Keys of which there is room for what must be remembered, at best. */
    int keysMax() {
        return (int) Math.min(Integer.MAX_VALUE - 1, bytesMax() / WindowEntry.BYTES);
    }

    /** Is a change small enough to be decided about? */
    void check(Change change) throws ApplyFailure {
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
    void check() throws ApplyFailure {
        check(group.touchedRows(), group.bytes());
    }

    /** Is there room for what must be remembered of so many keys, whatever was changed? */
    void check(int keys) throws ApplyFailure {
        check(keys, (long) keys * WindowEntry.BYTES);
    }

    private void check(int rows, long bytes) throws ApplyFailure {
        if (bytes > bytesMax()) {
            throw new ApplyFailure(
                    Kind.ALONE, Advice.APPLY_CONFLICTS_TOO_MANY, RowLimit.conflicts(rows, bytes, rowBytesMax));
        }
    }
}
