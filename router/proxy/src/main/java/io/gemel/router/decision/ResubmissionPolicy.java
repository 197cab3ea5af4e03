package io.gemel.router.decision;

import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.decision.Decision.Answer;
import io.gemel.router.decision.Decision.Awaited;
import io.gemel.router.decision.Decision.Reply;
import io.gemel.router.decision.Decision.Send;
import io.gemel.router.decision.Decision.TrafficClass;
import io.gemel.router.decision.Decision.Wait;
import io.gemel.router.decision.FleetView.VmFate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides the next step for a submission from its attempt history, so that its effect happens once. Pure.
 *
 * <p>Where it may be sent is not decided here: {@link LoadBalancer} keeps to the site that {@link AttemptHistory#home}
 * names.
 */
public final class ResubmissionPolicy {
    /** At this many events in which VMs died over it a key is in quarantine: it is not sent anywhere. */
    static final int DEATHS_MAX = 2;

    /** How long a quarantine lasts, if no operator ends it before. */
    public static final long QUARANTINE_MILLIS = 60_000;

    /** An application that threw is asked once more, at another VM. */
    static final int FAILURES_MAX = 2;

    /** The wait before a VM is asked again that had said no, doubled each time. */
    static final long BACKOFF_FIRST_MILLIS = 10;

    static final long BACKOFF_MAX_MILLIS = 500;

    /** Between two looks at something that waits for others. */
    static final long LOOK_MILLIS = 10;

    /** Deaths are counted when a death has had time to be seen as one of a whole site. */
    static final long SETTLE_MILLIS = 50;

    private final int attemptsMax;
    private final long verdictMillis;

    /**
     * The rules.
     *
     * @param attemptsMax maximum number of VMs at which one request may do work
     * @param verdictMillis time in which it is known whether a site without VMs is down
     */
    public ResubmissionPolicy(int attemptsMax, long verdictMillis) {
        this.attemptsMax = attemptsMax;
        this.verdictMillis = verdictMillis;
    }

    /**
     * @param surroundings as they are now
     * @param nowMillis the router's own time
     */
    Decision next(AttemptHistory history, FleetView surroundings, long nowMillis) {
        if (history.earlierDeaths() >= DEATHS_MAX) {
            return new Answer(Reply.QUARANTINED);
        }
        Attempt last = history.last();
        if (last == null) {
            return nowMillis >= history.deadlineMillis() ? end(history, Reply.LATE) : new Send(TrafficClass.NEW, 0);
        }
        boolean told = history.safe() || last.kept(); // the ledger tells whether it was done, or nobody need know
        return switch (last.result().kind()) {
            case ANSWERED -> afterAnswer(history, last.result().outcome(), surroundings, nowMillis);
            case NOT_SENT, UNABLE -> again(history, TrafficClass.FAILOVER, backoff(history), surroundings, nowMillis);
            case IMPROPER -> new Answer(told ? Reply.IMPROPER : Reply.LOST);
            case BROKEN ->
                !told || (!history.safe() && !history.resubmittable())
                        ? new Answer(Reply.LOST)
                        : again(history, TrafficClass.FAILOVER, 0, surroundings, nowMillis);
        };
    }

    private Decision afterAnswer(
            AttemptHistory history, @Nullable Outcome outcome, FleetView surroundings, long nowMillis) {
        if (outcome == null) {
            return new Answer(Reply.LAST_ANSWER);
        }
        return switch (outcome) {
            case EXECUTED, REPLAYED, REJECTED, FENCED -> new Answer(Reply.LAST_ANSWER);
            case DECLINED -> afterRefusal(history, surroundings, nowMillis);
            case LATE -> end(history, Reply.LATE);
            case FAILED ->
                history.count(Outcome.FAILED) >= FAILURES_MAX
                        ? new Answer(Reply.LAST_ANSWER)
                        : again(history, TrafficClass.RETRY, 0, surroundings, nowMillis);
            case DRAINING, CLOSED -> again(history, TrafficClass.FAILOVER, backoff(history), surroundings, nowMillis);
            case RETRY, UNREACHABLE -> again(history, TrafficClass.RETRY, backoff(history), surroundings, nowMillis);
            case UNKNOWN -> again(history, TrafficClass.FAILOVER, 0, surroundings, nowMillis);
        };
    }

    /**
     * Away from the router's own site the application may have missed what its clients did there a moment ago: once that is applied, it is
     * asked again, once. Nothing of the refused attempt or of those before it can happen any more.
     */
    private Decision afterRefusal(AttemptHistory history, FleetView surroundings, long nowMillis) {
        boolean away = !lastOf(history).site().equals(surroundings.ownSite());
        if (!away || !history.resubmittable() || history.count(Outcome.DECLINED) > 1) {
            return new Answer(Reply.LAST_ANSWER);
        }
        if (!history.caughtUp()) {
            return new Wait(Awaited.CATCH_UP, history.deadlineMillis());
        }
        Decision again = again(history, TrafficClass.FAILOVER, 0, surroundings, nowMillis);
        return again instanceof Answer ? new Answer(Reply.LAST_ANSWER) : again;
    }

    private Decision again(
            AttemptHistory history, TrafficClass traffic, long delayMillis, FleetView surroundings, long nowMillis) {
        if (nowMillis + delayMillis >= history.deadlineMillis()) {
            return end(history, Reply.LATE);
        }
        if (!history.resubmittable() && !lastOf(history).result().isUnsent()) {
            return end(history, Reply.SHED);
        }
        if (history.workedAttempts() >= attemptsMax) {
            return end(history, history.safe() ? Reply.UNANSWERED : Reply.SHED);
        }
        return switch (deaths(history, surroundings, nowMillis)) {
            case TOO_MANY -> new Answer(Reply.QUARANTINED);
            case OPEN -> soon(history, nowMillis);
            case FEW -> new Send(traffic, delayMillis);
        };
    }

    private static Attempt lastOf(AttemptHistory history) {
        List<Attempt> attempts = history.attempts();
        return attempts.get(attempts.size() - 1);
    }

    /** How a request ends that found no answer: in doubt, unless it certainly left nothing behind. */
    static Decision end(AttemptHistory history, Reply otherwise) {
        return new Answer(history.inDoubt() ? Reply.IN_DOUBT : otherwise);
    }

    /** What is known may change: it is decided again in a moment. */
    static Decision soon(AttemptHistory history, long nowMillis) {
        return new Wait(Awaited.TIME, nextLook(history, nowMillis));
    }

    static long nextLook(AttemptHistory history, long nowMillis) {
        return Math.min(history.deadlineMillis(), nowMillis + LOOK_MILLIS);
    }

    private static long backoff(AttemptHistory history) {
        int times = Math.min(history.attempts().size() - 1, 16);
        return times == 0 ? 0 : Math.min(BACKOFF_MAX_MILLIS, BACKOFF_FIRST_MILLIS << (times - 1));
    }

    private enum Deaths {
        FEW,
        TOO_MANY,
        /** It depends on what is heard next. */
        OPEN
    }

    /** While a site has no VM left, what is known of it may still change: it is waited for, but not for ever. */
    private Deaths deaths(AttemptHistory history, FleetView surroundings, long nowMillis) {
        int open = 0;
        boolean siteOpen = false;
        for (Attempt attempt : history.attempts()) {
            if (attempt.result().kind() == AttemptResult.Kind.BROKEN) {
                SiteState site = surroundings.stateOf(attempt.site());
                VmFate fate = surroundings.fateOf(attempt);
                open += fate == VmFate.OPEN ? 1 : 0;
                siteOpen |= fate == VmFate.DIED && (site == SiteState.PENDING || site == SiteState.STRANDED);
            }
        }
        int sure = history.deaths(surroundings);
        if (sure + open < DEATHS_MAX) {
            return Deaths.FEW;
        }
        long waited = nowMillis - lastOf(history).endedMillis();
        if (sure < DEATHS_MAX || waited < (siteOpen ? verdictMillis : SETTLE_MILLIS)) {
            return Deaths.OPEN;
        }
        return Deaths.TOO_MANY;
    }
}
