package io.gemel.capture.postgres;

import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.gemel.capture.api.CaptureConfig;
import io.gemel.reason.Reasons;
import java.sql.SQLException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Confirms the slot as far as the log is acknowledged. Streaming thread only, but for {@link #confirmed}. */
final class SlotConfirmation {
    private static final Logger LOG = LoggerFactory.getLogger(SlotConfirmation.class);

    /** How often the slot is moved at most. */
    private static final long INTERVAL_NANOS = 200_000_000L;

    private final CaptureConfig config;
    private final LongSupplier acknowledged;
    private final Reasons reasons;
    private volatile long confirmed;
    private long confirmedAt = System.nanoTime();

    /** @param acknowledged up to where Kafka has what was read */
    SlotConfirmation(CaptureConfig config, LongSupplier acknowledged, Reasons reasons) {
        this.config = config;
        this.acknowledged = acknowledged;
        this.reasons = reasons;
    }

    /** How far it was confirmed; 0 before it is. Any thread. */
    long confirmed() {
        return confirmed;
    }

    /** Confirms what is acknowledged, unless that was done just now. */
    void confirm(ReplicationStream stream) throws SQLException {
        long now = System.nanoTime();
        long upTo = acknowledged.getAsLong();
        if (upTo <= confirmed || now - confirmedAt < INTERVAL_NANOS) {
            return;
        }
        stream.flushLsn(Lsn.valueOf(upTo));
        if (confirmed == 0) {
            LOG.atLevel(reasons.isHalted() ? Level.DEBUG : Level.INFO)
                    .log("slot confirmed for the first time: slot {}, up to {}", config.slot(), PostgresSlot.lsn(upTo));
        }
        confirmed = upTo;
        confirmedAt = now;
    }
}
