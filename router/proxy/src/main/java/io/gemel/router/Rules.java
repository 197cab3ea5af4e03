package io.gemel.router;

import io.gemel.router.RouterReport.SiteState;
import io.gemel.router.Step.CatchUp;
import io.gemel.router.Step.Give;
import io.gemel.router.Step.Hold;
import io.gemel.router.Step.Lane;
import io.gemel.router.Step.Reply;
import io.gemel.router.Step.Send;
import io.gemel.router.Surroundings.Fate;
import java.util.List;

/**
 * What is done next with a submission, from what befell it so far: resubmitted once, never twice. Pure.
 *
 * <p>Where it may be sent is not decided here: {@link Choice} keeps to the site that {@link Course#home} names.
 */
final class Rules {
    /** At this many events in which VMs died over it a key is in quarantine: it is not sent anywhere. */
    static final int DEATHS_MAX = 2;

    /** How long a quarantine lasts, if no operator ends it before. */
    static final long QUARANTINE_MILLIS = 60_000;

    /** An application that threw is asked once more, at another VM. */
    static final int FAILURES_MAX = 2;

    /** The wait before a VM is asked again that had said no, doubled each time. */
    static final long BACKOFF_FIRST_MILLIS = 10;

    static final long BACKOFF_MAX_MILLIS = 500;

    /** Deaths are counted when a death has had time to be seen as one of a whole site. */
    static final long SETTLE_MILLIS = 50;

    private final int attemptsMax;
    private final long verdictMillis;

    /**
     * The rules.
     *
     * @param attemptsMax VMs at which one request may do work
     * @param verdictMillis time in which it is known whether a site without VMs is down
     */
    Rules(int attemptsMax, long verdictMillis) {
        this.attemptsMax = attemptsMax;
        this.verdictMillis = verdictMillis;
    }

    /**
     * @param surroundings as they are now
     * @param nowMillis the router's own time
     */
    Step next(Course course, Surroundings surroundings, long nowMillis) {
        if (course.earlierDeaths() >= DEATHS_MAX) {
            return new Give(Reply.QUARANTINED);
        }
        Attempt last = course.last();
        if (last == null) {
            return nowMillis >= course.deadlineMillis() ? end(course, Reply.LATE) : new Send(Lane.NEW, 0);
        }
        if (last.ending() instanceof Ending.Answered answered) {
            Outcome outcome = answered.outcome();
            return outcome == null
                    ? new Give(Reply.LAST_ANSWER)
                    : afterAnswer(course, outcome, surroundings, nowMillis);
        }
        if (last.ending() instanceof Ending.NotSent) {
            return again(course, Lane.FAILOVER, backoff(course), surroundings, nowMillis);
        }
        boolean told = course.safe() || last.kept(); // the ledger tells whether it was done, or nobody need know
        if (last.ending() instanceof Ending.Improper) {
            return new Give(told ? Reply.IMPROPER : Reply.LOST);
        }
        if (!told || (!course.safe() && !course.resubmittable())) {
            return new Give(Reply.LOST);
        }
        return again(course, Lane.FAILOVER, 0, surroundings, nowMillis);
    }

    private Step afterAnswer(Course course, Outcome outcome, Surroundings surroundings, long nowMillis) {
        switch (outcome) {
            case EXECUTED, REPLAYED, REJECTED, FENCED -> {
                return new Give(Reply.LAST_ANSWER);
            }
            case DECLINED -> {
                return afterRefusal(course, surroundings, nowMillis);
            }
            case LATE -> {
                return end(course, Reply.LATE);
            }
            case FAILED -> {
                return course.count(Outcome.FAILED) >= FAILURES_MAX
                        ? new Give(Reply.LAST_ANSWER)
                        : again(course, Lane.RETRY, 0, surroundings, nowMillis);
            }
            case DRAINING, CLOSED -> {
                return again(course, Lane.FAILOVER, backoff(course), surroundings, nowMillis);
            }
            case RETRY, UNREACHABLE -> {
                return again(course, Lane.RETRY, backoff(course), surroundings, nowMillis);
            }
            case UNKNOWN -> {
                return again(course, Lane.FAILOVER, 0, surroundings, nowMillis);
            }
        }
        throw new AssertionError(outcome);
    }

    /**
     * Away from the router's own site the application may have missed what its clients did there a moment ago: once that is applied, it is
     * asked again, once. Nothing of the refused attempt or of those before it can happen any more.
     */
    private Step afterRefusal(Course course, Surroundings surroundings, long nowMillis) {
        boolean away = !lastOf(course).site().equals(surroundings.ownSite());
        if (!away || !course.resubmittable() || course.count(Outcome.DECLINED) > 1) {
            return new Give(Reply.LAST_ANSWER);
        }
        if (!course.caughtUp()) {
            return new CatchUp();
        }
        Step again = again(course, Lane.FAILOVER, 0, surroundings, nowMillis);
        return again instanceof Give ? new Give(Reply.LAST_ANSWER) : again;
    }

    private Step again(Course course, Lane lane, long delayMillis, Surroundings surroundings, long nowMillis) {
        if (nowMillis + delayMillis >= course.deadlineMillis()) {
            return end(course, Reply.LATE);
        }
        if (!course.resubmittable() && !(lastOf(course).ending() instanceof Ending.NotSent)) {
            return end(course, Reply.SHED);
        }
        if (course.workedAttempts() >= attemptsMax) {
            return end(course, course.safe() ? Reply.UNANSWERED : Reply.SHED);
        }
        return switch (deaths(course, surroundings, nowMillis)) {
            case TOO_MANY -> new Give(Reply.QUARANTINED);
            case OPEN -> new Hold();
            case FEW -> new Send(lane, delayMillis);
        };
    }

    private static Attempt lastOf(Course course) {
        List<Attempt> attempts = course.attempts();
        return attempts.get(attempts.size() - 1);
    }

    /** How a request ends that found no answer: in doubt, unless it certainly left nothing behind. */
    static Step end(Course course, Reply otherwise) {
        return new Give(course.inDoubt() ? Reply.IN_DOUBT : otherwise);
    }

    private static long backoff(Course course) {
        int times = Math.min(course.attempts().size() - 1, 16);
        return times == 0 ? 0 : Math.min(BACKOFF_MAX_MILLIS, BACKOFF_FIRST_MILLIS << (times - 1));
    }

    private enum Deaths {
        FEW,
        TOO_MANY,
        /** It depends on what is heard next. */
        OPEN
    }

    /** While a site has no VM left, what is known of it may still change: it is waited for, but not for ever. */
    private Deaths deaths(Course course, Surroundings surroundings, long nowMillis) {
        int open = 0;
        boolean siteOpen = false;
        for (Attempt attempt : course.attempts()) {
            if (attempt.ending() instanceof Ending.Broken) {
                SiteState site = surroundings.stateOf(attempt.site());
                Fate fate = surroundings.fateOf(attempt);
                open += fate == Fate.OPEN ? 1 : 0;
                siteOpen |= fate == Fate.DIED && (site == SiteState.PENDING || site == SiteState.STRANDED);
            }
        }
        int sure = course.deaths(surroundings);
        if (sure + open < DEATHS_MAX) {
            return Deaths.FEW;
        }
        long waited = nowMillis - lastOf(course).endedMillis();
        if (sure < DEATHS_MAX || waited < (siteOpen ? verdictMillis : SETTLE_MILLIS)) {
            return Deaths.OPEN;
        }
        return Deaths.TOO_MANY;
    }
}
