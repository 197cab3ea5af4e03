package io.gemel.apply;

import io.gemel.conflict.ReadProgress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;

/**
 * Which transactions of this database are accounted for: those older than the newest horizon that capture has read back,
 * and the applier's own. Transaction ids are 64 bits wide here. Applying thread only.
 */
final class WriterHorizon {
    /** Own ids remembered beyond the horizon; rows of older ones take the slow way. */
    static final int OWN_MAX = 1_000;

    private final ReadProgress progress;
    private final Deque<Long> own = new ArrayDeque<>();
    private long horizon;

    WriterHorizon(ReadProgress progress) {
        this.progress = progress;
    }

    /** Fixes the horizon for a transaction; must come before the transaction first looks into the window. */
    void refresh() {
        String read = progress.horizon();
        if (read != null) {
            horizon = Math.max(horizon, Long.parseLong(read));
        }
        while (!own.isEmpty() && own.getFirst() < horizon) {
            own.removeFirst();
        }
    }

    /** The applier committed rows, and nothing but incoming changes' outcomes, under this id. */
    void committed(long transactionId) {
        own.addLast(transactionId);
        if (own.size() > OWN_MAX) {
            own.removeFirst();
        }
    }

    /**
     * Least {@code age(xmin)}, as the transaction with this id sees it, of rows whose writer is older than the horizon;
     * without a horizon, an age that no row has.
     */
    int leastAge(long transactionId) {
        return horizon == 0 ? Integer.MAX_VALUE : (int) Math.min(transactionId - horizon + 1, Integer.MAX_VALUE);
    }

    /** Own ids including the running transaction's, as an array literal of 32-bit ids. */
    String ownIds(long transactionId) {
        String earlier =
                own.stream().map(id -> String.valueOf(id & 0xFFFF_FFFFL)).collect(Collectors.joining(","));
        return "{" + earlier + (earlier.isEmpty() ? "" : ",") + (transactionId & 0xFFFF_FFFFL) + "}";
    }
}
