package io.gemel.apply.log;

import io.gemel.transaction.Transaction;
import io.gemel.transaction.TransactionHeader;

/** An item of the peer's log, in log order. */
public sealed interface Incoming {
    /** How far the peer had applied this site's log. */
    long seen();

    /** Capture epoch of the record. */
    long epoch();

    /** Encoded size, bytes. */
    int bytes();

    /** A whole transaction. */
    record InMemory(long epoch, Transaction transaction, int bytes) implements Incoming {
        @Override
        public long seen() {
            return transaction.header().seen();
        }
    }

    /**
     * A transaction too large to hold in memory; all of its parts are in the log.
     *
     * @param firstOffset Kafka offset of the first part
     */
    record Spilled(long epoch, TransactionHeader header, long firstOffset) implements Incoming {
        @Override
        public long seen() {
            return header.seen();
        }

        @Override
        public int bytes() {
            return 0;
        }
    }

    /** Nothing but the peer's progress. */
    record Heartbeat(long epoch, long seen) implements Incoming {
        @Override
        public int bytes() {
            return 0;
        }
    }
}
