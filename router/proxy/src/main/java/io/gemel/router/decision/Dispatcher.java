package io.gemel.router.decision;

import io.gemel.router.decision.Step.Reply;
import io.gemel.router.decision.Step.TrafficClass;
import java.util.Objects;

/**
 * Combines resubmission policy, load balancer and budgets: returns the next step for one submission, and counts
 * attempts in progress. It sends nothing itself. Confined to one thread, except for the budgets, which all threads
 * share.
 */
public final class Dispatcher {
    /** Between two looks at something that waits for others. */
    private static final long LOOK_MILLIS = 10;

    /** Waits differ by so much, so that those who failed together do not come back together. */
    private static final double JITTER = 0.5;

    private final Fleet fleet;
    private final ResubmissionPolicy policy;
    private final LoadBalancer balancer;
    private final long waitMaxMillis;

    /** @param waitMaxMillis how long something that was sent nowhere waits for a VM */
    public Dispatcher(Fleet fleet, ResubmissionPolicy policy, LoadBalancer balancer, long waitMaxMillis) {
        this.fleet = fleet;
        this.policy = policy;
        this.balancer = balancer;
        this.waitMaxMillis = waitMaxMillis;
    }

    /** What to do with a new request while others wait that came before it. */
    public Move behindOthers(AttemptHistory history, RequestQueues queues, long sinceMillis) {
        return queues.areHopeless(sinceMillis) ? new Move.Conclude(Reply.SHED) : queued(history, sinceMillis);
    }

    private Move queued(AttemptHistory history, long sinceMillis) {
        return new Move.Queue(Math.min(history.deadlineMillis(), sinceMillis + waitMaxMillis), true);
    }

    /**
     * What to do with a submission now.
     *
     * @param budget of its group
     * @param sinceMillis when the submission came here, or its last attempt ended
     * @param nowMillis the router's own time
     */
    public Move next(AttemptHistory history, RetryBudget budget, long sinceMillis, long nowMillis) {
        Step step = policy.next(history, fleet, nowMillis);
        if (step instanceof Step.Give give) {
            return new Move.Conclude(give.reply());
        }
        if (step instanceof Step.CatchUp) {
            Attempt last = Objects.requireNonNull(history.last(), "only what was sent somewhere is declined");
            return new Move.CatchUp(fleet.site(last.site()), fleet.site(fleet.ownSite()));
        }
        if (step instanceof Step.Hold) {
            return hold(history, nowMillis);
        }
        Step.Send send = (Step.Send) step;
        if (send.delayMillis() > 0) {
            long due = sinceMillis + (long) (send.delayMillis() * (1 + JITTER * spread(history, sinceMillis)));
            if (nowMillis < due) {
                return new Move.Await(due);
            }
        }
        return send(history, budget, send.lane(), sinceMillis, nowMillis);
    }

    /** The same at every look at the same wait, from 0 to 1. */
    private static double spread(AttemptHistory history, long sinceMillis) {
        return Math.floorMod(System.identityHashCode(history) + sinceMillis, 1000) / 1000.0;
    }

    private Move send(AttemptHistory history, RetryBudget budget, TrafficClass lane, long sinceMillis, long nowMillis) {
        VmState vm = balancer.choose(history, lane, nowMillis);
        if (vm == null) {
            return none(history, sinceMillis, nowMillis);
        }
        GroupLoad load = vm.load();
        if (lane == TrafficClass.FAILOVER && !load.lane().tryEnter(load.limit().limit())) {
            return hold(history, nowMillis);
        }
        if (lane == TrafficClass.RETRY && !budget.tryRetry(nowMillis)) {
            return history.inDoubt() ? hold(history, nowMillis) : new Move.Conclude(Reply.SHED);
        }
        boolean changes = !history.safe();
        vm.began(changes);
        load.inFlight().incrementAndGet();
        return new Move.Dispatch(vm, load, lane, changes);
    }

    /** What may have happened is waited for until the deadline; what has not is turned away soon. */
    private Move none(AttemptHistory history, long sinceMillis, long nowMillis) {
        Attempt last = history.last();
        boolean broke = last != null && last.ending() instanceof AttemptResult.Broken;
        if (last != null && last.ending().unable() && history.home() == null && balancer.isExhausted(history)) {
            return new Move.Conclude(Reply.UNABLE);
        }
        boolean waited = nowMillis - sinceMillis >= waitMaxMillis;
        if (history.home() == null && (waited || (history.safe() && balancer.isExhausted(history)))) {
            return new Move.Conclude(broke ? Reply.UNANSWERED : Reply.SHED);
        }
        if (nowMillis >= history.deadlineMillis()) {
            return overdue(history);
        }
        return history.isFresh() ? queued(history, sinceMillis) : new Move.Queue(nextLook(history, nowMillis), false);
    }

    private static Move overdue(AttemptHistory history) {
        return new Move.Conclude(history.home() == null ? Reply.SHED : Reply.IN_DOUBT);
    }

    private static long nextLook(AttemptHistory history, long nowMillis) {
        return Math.min(history.deadlineMillis(), nowMillis + LOOK_MILLIS);
    }

    private Move hold(AttemptHistory history, long nowMillis) {
        return nowMillis >= history.deadlineMillis() ? overdue(history) : new Move.Await(nextLook(history, nowMillis));
    }

    /**
     * An attempt has ended: what it counted for is given back, and its group's limit learns from it.
     *
     * @param millis how long it took
     * @param nowMillis the router's own time
     */
    public void ended(Move.Dispatch dispatch, AttemptResult ending, double millis, long nowMillis) {
        VmState vm = dispatch.vm();
        GroupLoad load = dispatch.load();
        boolean over = ending instanceof AttemptResult.Answered || ending instanceof AttemptResult.NotSent;
        int inFlight = giveBack(dispatch, over, nowMillis);
        if (ending instanceof AttemptResult.Improper || ending.unable()) {
            vm.judgedBy(false);
            return;
        }
        if (!(ending instanceof AttemptResult.Answered answered)) {
            vm.suspect();
            vm.judgedBy(false);
            return;
        }
        vm.answered(millis);
        load.limit().answered(millis, inFlight);
        Outcome outcome = answered.outcome();
        if (outcome == Outcome.UNREACHABLE || outcome == Outcome.LATE) {
            load.limit().overloaded();
        }
        vm.judgedBy(outcome != Outcome.UNREACHABLE && outcome != Outcome.UNKNOWN && outcome != Outcome.FAILED);
    }

    /** What an attempt counted for is given back, and nothing is learnt from it: the router itself gave it up. */
    public void abandoned(Move.Dispatch dispatch, long nowMillis) {
        giveBack(dispatch, false, nowMillis);
    }

    /**
     * What an attempt counted for.
     *
     * @param over whether its VM has certainly ended it
     * @return how many its group had until now
     */
    private static int giveBack(Move.Dispatch dispatch, boolean over, long nowMillis) {
        if (over) {
            dispatch.vm().ended(dispatch.changes());
        } else {
            dispatch.vm().leftBehind(dispatch.changes(), nowMillis);
        }
        if (dispatch.lane() == TrafficClass.FAILOVER) {
            dispatch.load().lane().leave();
        }
        return dispatch.load().inFlight().getAndDecrement();
    }
}
