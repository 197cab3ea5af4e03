package io.gemel.apply.postgres;

import io.gemel.conflict.log.ReadProgress;
import java.util.Arrays;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * Which transactions of this database are accounted for: those older than the newest horizon that capture has read back,
 * and the applier's own. Transaction ids are 64 bits wide here. Applying thread only, but for {@link #beat}.
 */
final class WriterHorizon {
    /** Own ids remembered beyond the horizon; rows of older ones take the slow way. */
    static final int OWN_MAX = 1_000;

    private final ReadProgress progress;
    private final TreeSet<Long> own = new TreeSet<>();
    private final Queue<Long> beats = new ConcurrentLinkedQueue<>();
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
        for (Long beat = beats.poll(); beat != null; beat = beats.poll()) {
            own.add(beat);
        }
        own.headSet(horizon).clear();
        while (own.size() > OWN_MAX) {
            own.pollFirst();
        }
    }

    /** A heartbeat was committed under this id, and wrote nothing else; any thread. */
    void beat(long transactionId) {
        beats.add(transactionId);
    }

    /**
     * Returns whether every transaction that is finished in this snapshot has been read by capture, or is the applier's
     * own. Then nothing that holds no lock now can have written a locked row unknown to the window, and there is
     * nothing to wait for.
     *
     * @param snapshot in the server's form, {@code xmin:xmax:running,running}
     * @param transactionId the applier's running transaction
     */
    boolean covers(String snapshot, long transactionId) {
        refresh();
        String[] fields = snapshot.split(":", -1);
        long end = Long.parseLong(fields[1]);
        if (horizon == 0 || end - horizon > 2L * OWN_MAX) {
            return false;
        }
        Set<String> running = Set.copyOf(Arrays.asList(fields[2].split(",", -1)));
        for (long id = horizon; id < end; id++) {
            if (id != transactionId && !own.contains(id) && !running.contains(String.valueOf(id))) {
                return false;
            }
        }
        return true;
    }

    /** The applier committed rows, and nothing but incoming changes' outcomes, under this id. */
    void committed(long transactionId) {
        own.add(transactionId);
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
