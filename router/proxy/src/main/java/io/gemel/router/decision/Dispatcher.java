package io.gemel.router.decision;

import io.gemel.router.decision.Decision.Answer;
import io.gemel.router.decision.Decision.Awaited;
import io.gemel.router.decision.Decision.Reply;
import io.gemel.router.decision.Decision.Send;
import io.gemel.router.decision.Decision.TrafficClass;
import io.gemel.router.decision.Decision.Wait;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Combines resubmission policy, load balancer and budgets: decides on one submission, picks its VM, and counts attempts in progress. It sends
 * nothing itself. Confined to one thread, except for the budgets, which all threads share.
 */
public final class Dispatcher {
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
    public Decision behindOthers(AttemptHistory history, RequestQueues queues, long sinceMillis) {
        return queues.areHopeless(sinceMillis) ? new Answer(Reply.SHED) : inTurn(history, sinceMillis);
    }

    private Decision inTurn(AttemptHistory history, long sinceMillis) {
        return new Wait(Awaited.ROOM_IN_TURN, Math.min(history.deadlineMillis(), sinceMillis + waitMaxMillis));
    }

    /**
     * What to do with a submission now.
     *
     * @param sinceMillis when the submission came here, or its last attempt ended
     * @param nowMillis the router's own time
     */
    public Decision decide(AttemptHistory history, long sinceMillis, long nowMillis) {
        Decision decision = policy.next(history, fleet, nowMillis);
        if (decision instanceof Send send && send.delayMillis() > 0) {
            long due = sinceMillis + (long) (send.delayMillis() * (1 + JITTER * spread(history, sinceMillis)));
            return nowMillis < due ? new Wait(Awaited.TIME, due) : decision;
        }
        return decision;
    }

    /** The same at every look at the same wait, from 0 to 1. */
    private static double spread(AttemptHistory history, long sinceMillis) {
        return Math.floorMod(System.identityHashCode(history) + sinceMillis, 1000) / 1000.0;
    }

    /**
     * Picks a VM for a submission that is to be sent; the attempt counts for it from then on.
     *
     * @param budget of its group
     * @param sinceMillis when the submission came here, or its last attempt ended
     * @param nowMillis the router's own time
     * @param picked gets the VM
     * @param otherwise gets what to do instead
     */
    public void pick(
            AttemptHistory history,
            RetryBudget budget,
            TrafficClass traffic,
            long sinceMillis,
            long nowMillis,
            Consumer<Assignment> picked,
            Consumer<Decision> otherwise) {
        VmState vm = balancer.choose(history, traffic, nowMillis);
        if (vm == null) {
            otherwise.accept(withoutVm(history, sinceMillis, nowMillis));
            return;
        }
        GroupLoad load = vm.load();
        boolean failover = traffic == TrafficClass.FAILOVER;
        if (failover && !load.failover().tryEnter(load.limit().limit())) {
            otherwise.accept(ResubmissionPolicy.soon(history, nowMillis));
        } else if (traffic == TrafficClass.RETRY && !budget.tryRetry(nowMillis)) {
            otherwise.accept(history.inDoubt() ? ResubmissionPolicy.soon(history, nowMillis) : new Answer(Reply.SHED));
        } else {
            boolean changes = !history.safe();
            vm.outstanding().began(changes);
            load.inFlight().incrementAndGet();
            picked.accept(new Assignment(vm, load, traffic, changes));
        }
    }

    /** What may have happened is waited for until the deadline; what has not is turned away soon. */
    private Decision withoutVm(AttemptHistory history, long sinceMillis, long nowMillis) {
        Attempt last = history.last();
        boolean broke = last != null && last.result().kind() == AttemptResult.Kind.BROKEN;
        if (last != null && last.result().unable() && history.home() == null && balancer.isExhausted(history)) {
            return new Answer(Reply.UNABLE);
        }
        boolean waited = nowMillis - sinceMillis >= waitMaxMillis;
        if (history.home() == null && (waited || (history.safe() && balancer.isExhausted(history)))) {
            return new Answer(broke ? Reply.UNANSWERED : Reply.SHED);
        }
        return history.isFresh()
                ? inTurn(history, sinceMillis)
                : new Wait(Awaited.ROOM, ResubmissionPolicy.nextLook(history, nowMillis));
    }

    /**
     * An attempt has ended: what it counted for is given back, and its group's limit learns from it.
     *
     * @param millis how long it took
     * @param nowMillis the router's own time
     */
    public void ended(Assignment of, AttemptResult result, double millis, long nowMillis) {
        VmState vm = of.vm();
        boolean over = result.kind() == AttemptResult.Kind.ANSWERED || result.isUnsent();
        int inFlight = giveBack(of, over, nowMillis);
        switch (result.kind()) {
            case ANSWERED -> answered(of, result.outcome(), millis, inFlight);
            case UNABLE, IMPROPER -> vm.breaker().answered(false);
            case NOT_SENT, BROKEN -> {
                vm.suspect();
                vm.breaker().answered(false);
            }
        }
    }

    private static void answered(Assignment of, @Nullable Outcome outcome, double millis, int inFlight) {
        of.vm().answered(millis);
        AdaptiveLimit limit = of.load().limit();
        limit.answered(millis, inFlight);
        if (outcome == Outcome.UNREACHABLE || outcome == Outcome.LATE) {
            limit.overloaded();
        }
        of.vm()
                .breaker()
                .answered(outcome != Outcome.UNREACHABLE && outcome != Outcome.UNKNOWN && outcome != Outcome.FAILED);
    }

    /** What an attempt counted for is given back, and nothing is learnt from it: the router itself gave it up. */
    public void abandoned(Assignment of, long nowMillis) {
        giveBack(of, false, nowMillis);
    }

    /**
     * What an attempt counted for.
     *
     * @param over whether its VM has certainly ended it
     * @return how many its group had until now
     */
    private static int giveBack(Assignment of, boolean over, long nowMillis) {
        if (over) {
            of.vm().outstanding().ended(of.changes());
        } else {
            of.vm().outstanding().leftBehind(of.changes(), nowMillis);
        }
        if (of.traffic() == TrafficClass.FAILOVER) {
            of.load().failover().leave();
        }
        return of.load().inFlight().getAndDecrement();
    }
}
