package io.gemel.capture.log;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.reason.Advice;
import io.gemel.transaction.LogOwner;
import org.jspecify.annotations.Nullable;

/** Judges whether a database may write a log, before it writes anything. Pure. */
public final class LogClaim {
    private LogClaim() {}

    /**
     * Refuses every database but the log's own.
     *
     * @param owner the database that owns the log; null when the log does not tell
     * @throws CaptureException HALT for another database, or for a server that was left behind by a promotion
     */
    public static void check(CaptureConfig config, LogOwner here, @Nullable LogOwner owner) throws CaptureException {
        if (owner == null) {
            return;
        }
        switch (owner.relationOf(here)) {
            case SAME -> {}
            case LEFT_BEHIND ->
                throw CaptureException.halt(
                        Advice.CAPTURE_LEFT_BEHIND,
                        "the log " + config.topic() + " is continued by " + owner
                                + ", a promoted copy of " + here + ": name the promoted server in database.url of site "
                                + config.site() + ". Nothing was written");
            case OTHER ->
                throw CaptureException.halt(
                        Advice.CAPTURE_OTHER_DATABASE,
                        "the log " + config.topic() + " belongs to the database " + owner
                                + ", but site " + config.site() + " is configured with " + here
                                + ": correct database.url, or give this pair its own log.topic.prefix. If this is"
                                + " the log's database after a major upgrade without a seal, go back to the old"
                                + " cluster; if the log's database is permanently lost, start the pair anew"
                                + " (docs/operate.md). Nothing was written");
        }
    }

    /** Another process has taken the log over while this one wrote to it. */
    public static CaptureException lost(
            CaptureConfig config, long epoch, @Nullable LogOwner here, @Nullable LogOwner other) {
        String taken = "another process has taken over the log " + config.topic() + " with epoch " + epoch;
        if (here != null && other != null && other.relationOf(here) == LogOwner.Relation.OTHER) {
            return CaptureException.halt(
                    Advice.CAPTURE_TAKEN_OVER,
                    taken + " for the database " + other + ", but it belongs to " + here + ": stop that process. Site "
                            + config.site() + " takes its log back automatically");
        }
        return CaptureException.retry(taken + ": only one may capture site " + config.site());
    }
}
