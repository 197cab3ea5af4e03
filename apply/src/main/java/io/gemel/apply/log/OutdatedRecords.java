package io.gemel.apply.log;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.api.ApplyListener;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that a process wrote to the peer's log after another one had taken over the log. They are always skipped. A
 * few come from a process that was paused and ends soon; if nothing else arrives, the process that the application
 * depends on is the outdated one, and the log makes no progress. Applying thread only.
 */
public final class OutdatedRecords {
    private static final Logger LOG = LoggerFactory.getLogger(OutdatedRecords.class);

    private final ApplyConfig config;
    private final ApplyListener listener;
    private final Reasons reasons;
    private long inARow;
    private long lastForeign = -2; // no offset is behind it

    public OutdatedRecords(ApplyConfig config, ApplyListener listener, Reasons reasons) {
        this.config = config;
        this.listener = listener;
        this.reasons = reasons;
    }

    /** An outdated record was read. */
    void passedOver(long epoch, long current) {
        listener.outdated();
        if (inARow++ == 0) {
            LOG.warn(
                    "{} skips records of the log {} that a process of epoch {} wrote: epoch {} has taken over the log",
                    config.site(),
                    config.topic(),
                    epoch,
                    current);
            reasons.waiting(
                    ReasonCode.APPLY_LOG_TAKEN_OVER,
                    "",
                    () -> "the log " + config.topic() + " was taken over by a process (epoch " + current
                            + ") that publishes nothing, while the process of epoch " + epoch
                            + " still writes to it without effect: nothing that site " + config.peer()
                            + " commits arrives here. Find out who else runs 'gemel site' for " + config.peer()
                            + " with this Kafka and stop it, then restart the right site process of " + config.peer());
        }
    }

    /** A record was read that is none of Gemel's. Nothing is missing without it: positions would tell. */
    void foreign(long offset) {
        listener.outdated();
        if (offset != lastForeign + 1) {
            LOG.warn(
                    "{} skips records of another program in the topic {} from offset {} on: let only Gemel write to it",
                    config.site(),
                    config.topic(),
                    offset);
        }
        lastForeign = offset;
    }

    /** A record was read that counts. */
    void current() {
        if (inARow > 0) {
            inARow = 0;
            reasons.over(ReasonCode.APPLY_LOG_TAKEN_OVER);
        }
    }
}
