package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.reason.Advice;
import io.gemel.reason.RowLimit;
import io.gemel.transaction.RowKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits the memory for this site's rows that are read. Rows are read where something must be decided about them; what
 * a local change has made of one may be far larger than the incoming change. One statement; applying thread only.
 */
final class PostgresLargeRows {
    /** A value that takes more bytes in its table is left out at first. One that takes less is rarely more than 2 MiB as a text. */
    static final int STORED_BYTES_MAX = 8_192;

    private final PostgresTable table;
    private final long rowBytesMax;
    private final List<RowKey> keys = new ArrayList<>();
    private @Nullable RowKey largest;
    private long largestBytes;
    private long bytes;

    /** @param rowBytesMax maximum memory in bytes that the values of a changed row may take */
    PostgresLargeRows(PostgresTable table, long rowBytesMax) {
        this.table = table;
        this.rowBytesMax = rowBytesMax;
    }

    /** Takes in how large a row is, before it is read as a whole. */
    void add(RowKey key, long size) {
        keys.add(key);
        bytes += size;
        if (largest == null || size > largestBytes) {
            largest = key;
            largestBytes = size;
        }
    }

    /**
     * The rows, which may be read one after the other.
     *
     * @throws ApplyFailure when one, or all of them together, are too large to be decided about
     */
    List<RowKey> readable() throws ApplyFailure {
        RowKey row = largest;
        if (row != null && !RowLimit.canDecide(largestBytes, rowBytesMax)) {
            throw tooLarge(RowLimit.undecided(table.toString(), row.values(), largestBytes, rowBytesMax));
        }
        if (!RowLimit.canDecideTogether(bytes, rowBytesMax)) {
            throw tooLarge(RowLimit.undecidedTogether(table.toString(), keys.size(), bytes, rowBytesMax));
        }
        return keys;
    }

    private static ApplyFailure tooLarge(String why) {
        return new ApplyFailure(Kind.TOO_LARGE, Advice.APPLY_CONFLICT_TOO_LARGE, why);
    }
}
