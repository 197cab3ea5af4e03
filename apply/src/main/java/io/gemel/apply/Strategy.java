package io.gemel.apply;

import io.gemel.transaction.RowKey;
import java.util.HashSet;
import java.util.Set;

/**
 * How a batch is written.
 *
 * @param lockFirst rows that are locked and looked up before they are written, besides those that the window knows to be contested
 */
record Strategy(Mode mode, Set<RowKey> lockFirst) {
    /** What one mode cannot do, the next one may. */
    enum Mode {
        /** Multi-row statements for what can be written without a look. */
        IN_BULK,
        /** As {@link #IN_BULK}, but rows that may collide on unique keys other than the primary one are taken out first. */
        DEFER_UNIQUE,
        /**
         * Tables are locked instead of absent keys: for rows that are to be absent, and that this database would not accept
         * even temporarily.
         */
        LOCK_TABLES
    }

    static final Strategy FIRST = new Strategy(Mode.IN_BULK, Set.of());

    Strategy {
        lockFirst = Set.copyOf(lockFirst);
    }

    Strategy in(Mode other) {
        return new Strategy(other, lockFirst);
    }

    Strategy lockingFirst(Set<RowKey> more) {
        Set<RowKey> all = new HashSet<>(lockFirst);
        all.addAll(more);
        return new Strategy(mode, all);
    }
}
