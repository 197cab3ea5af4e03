package io.gemel.deploy.site;

import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.event.Level;

/**
 * The reasons of a site's runs: why one ended holds until the next one has proved itself, fails for another cause, or another process
 * leads. Called by the supervising thread.
 */
final class RunReasons {
    private static final Set<ReasonCode> FAILED = EnumSet.of(
            ReasonCode.SITE_REFUSED,
            ReasonCode.SITE_UNPREPARED,
            ReasonCode.SITE_TABLES_CHANGED,
            ReasonCode.CAPTURE_HALTED,
            ReasonCode.CAPTURE_RESTARTING,
            ReasonCode.APPLY_HALTED,
            ReasonCode.APPLY_RESTARTING);

    private final Reasons reasons;

    RunReasons(Reasons reasons) {
        this.reasons = reasons;
    }

    /** Another process leads the site. */
    void standby() {
        FAILED.forEach(reasons::over);
        reasons.over(ReasonCode.CAPTURE_KAFKA_UNREACHABLE);
        reasons.raise(
                ReasonCode.SITE_STANDBY, "another process leads this site; this one takes over when that one ends");
    }

    /** This process leads it. */
    void led() {
        reasons.over(ReasonCode.SITE_STANDBY);
    }

    /** Level of lines about starting and stopping: a halted site repeats both at each retry. */
    Level lineLevel() {
        return reasons.isHalted() ? Level.DEBUG : Level.INFO;
    }

    /** A run has lasted so long that it did not fail again for the same cause. */
    void proved() {
        // Its applier may be halted again already; it says itself when it is not.
        FAILED.stream().filter(code -> code != ReasonCode.APPLY_HALTED).forEach(reasons::over);
    }

    /** A run has ended. */
    void failed(ReasonCode code, String why) {
        reasons.over(ReasonCode.SITE_STANDBY);
        FAILED.stream().filter(other -> other != code).forEach(reasons::over);
        if (code != ReasonCode.CAPTURE_RESTARTING) {
            reasons.over(ReasonCode.CAPTURE_KAFKA_UNREACHABLE); // nobody looks any more
        }
        reasons.raise(code, why);
    }
}
