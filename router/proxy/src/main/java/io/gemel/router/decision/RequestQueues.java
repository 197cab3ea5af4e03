package io.gemel.router.decision;

import io.gemel.router.api.Settings;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The queues of all event loops for the requests of one group. They share the VMs, so released capacity of a VM serves
 * the queue that has waited longest. Thread-safe.
 */
public final class RequestQueues {
    /** A queue stands when its first request has waited for this part of the longest wait. */
    static final double STANDING_PART = 0.25;

    /** What VMs will do is not known well enough to turn somebody away who would wait too long by less than this factor. */
    static final double MARGIN = 2;

    /** In place of a time: nothing waits. */
    public static final long EMPTY = Long.MAX_VALUE;

    private final Fleet fleet;
    private final Settings settings;
    private final String group;
    private final List<Member> all = new CopyOnWriteArrayList<>();
    private final AtomicInteger fresh = new AtomicInteger();

    /** The queue of one event loop, as visible to all threads. */
    public interface Member {
        /** Since when its first new request waits, in the router's own time; {@link #EMPTY} when none does. */
        long oldestMillis();

        /** Since when its first unfinished request waits, likewise. */
        long oldestUnfinishedMillis();

        /** Has new requests look for a VM soon. */
        void wake();

        /** Has unfinished requests look for a VM soon, and then {@link #wakeFirst} called. */
        void wakeUnfinished();
    }

    public RequestQueues(Fleet fleet, Settings settings, String group) {
        this.fleet = fleet;
        this.settings = settings;
        this.group = group;
    }

    public void add(Member queue) {
        all.add(queue);
    }

    /** One that is empty and not used any more. */
    public void remove(Member queue) {
        all.remove(queue);
    }

    /** Counts new requests that wait. */
    public void freshBy(int difference) {
        fresh.addAndGet(difference);
    }

    /** Whether a new request has to wait behind others. */
    public boolean haveFresh() {
        return fresh.get() > 0;
    }

    /** A VM may have room: unfinished work looks first, then the new request that has waited longest. */
    public void roomGained() {
        Member unfinished = first(Member::oldestUnfinishedMillis);
        if (unfinished == null) {
            wakeFirst();
        } else {
            unfinished.wakeUnfinished();
        }
    }

    /** Has the new request that has waited longest look for a VM. */
    public void wakeFirst() {
        Member first = first(Member::oldestMillis);
        if (first != null) {
            first.wake();
        }
    }

    /** Whether no new request has waited longer than those of this queue. */
    public boolean isFirst(Member queue) {
        return queue == first(Member::oldestMillis);
    }

    /** Null when all are empty. */
    private @Nullable Member first(ToLongFunction<Member> since) {
        Member first = null;
        long earliest = EMPTY;
        for (Member queue : all) {
            if (since.applyAsLong(queue) < earliest) {
                first = queue;
                earliest = since.applyAsLong(queue);
            }
        }
        return first;
    }

    /**
     * Whether a request that comes now would wait in vain: the queue stands, and for what VMs do at present it is too long.
     *
     * @param nowMillis the router's own time
     */
    public boolean areHopeless(long nowMillis) {
        long waitMaxMillis = settings.now().times().waitMax().toMillis();
        Member first = first(Member::oldestMillis);
        if (first == null || nowMillis - first.oldestMillis() < waitMaxMillis * STANDING_PART) {
            return false;
        }
        double perMilli = fleet.answersPerMilli(group);
        return perMilli > 0 && fresh.get() / perMilli > MARGIN * waitMaxMillis;
    }
}
