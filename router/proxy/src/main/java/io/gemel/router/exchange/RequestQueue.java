package io.gemel.router.exchange;

import io.gemel.router.decision.RequestQueues;
import io.vertx.core.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests of one group, at one event loop, that no VM can take at the moment, in the order in which they came; unfinished work, which the router promised
 * to save, before new requests. Confined to that loop, but for what others need to know of it.
 */
final class RequestQueue implements RequestQueues.Member {
    /** Unfinished requests that are looked at when there is room: the first may need another VM than the one that has it. */
    private static final int LOOKS_MAX = 16;

    private final RequestQueues all;
    private final Context context;
    private final Map<Waiting, Long> unfinished = new LinkedHashMap<>();
    private final Map<Waiting, Long> fresh = new LinkedHashMap<>();
    private volatile long oldestMillis = RequestQueues.EMPTY;
    private volatile long oldestUnfinishedMillis = RequestQueues.EMPTY;

    /** A request in the queue. */
    @FunctionalInterface
    interface Waiting {
        /** Looks for a VM, and leaves the queue when it has one. */
        void look();
    }

    RequestQueue(RequestQueues all, Context context) {
        this.all = all;
        this.context = context;
        all.add(this);
    }

    /** See {@link RequestQueues}. */
    RequestQueues all() {
        return all;
    }

    /**
     * Adds a request at the end, unless it is there already.
     *
     * @param isFresh whether it was sent nowhere, and any VM may have it
     * @param nowMillis the router's own time
     */
    void add(Waiting request, boolean isFresh, long nowMillis) {
        if ((isFresh ? fresh : unfinished).putIfAbsent(request, nowMillis) == null) {
            changed(isFresh ? 1 : 0);
        }
    }

    /** Takes a request out, if it is there. */
    void remove(Waiting request) {
        if (fresh.remove(request) != null) {
            changed(-1);
        } else if (unfinished.remove(request) != null) {
            changed(0);
        }
    }

    boolean isEmpty() {
        return fresh.isEmpty() && unfinished.isEmpty();
    }

    private void changed(int freshDifference) {
        all.freshBy(freshDifference);
        oldestMillis = oldest(fresh);
        oldestUnfinishedMillis = oldest(unfinished);
    }

    private static long oldest(Map<Waiting, Long> part) {
        return part.isEmpty() ? RequestQueues.EMPTY : part.values().iterator().next();
    }

    @Override
    public long oldestMillis() {
        return oldestMillis;
    }

    @Override
    public long oldestUnfinishedMillis() {
        return oldestUnfinishedMillis;
    }

    @Override
    public void wake() {
        context.runOnContext(unused -> serve());
    }

    @Override
    public void wakeUnfinished() {
        context.runOnContext(unused -> {
            List<Waiting> first = unfinished.keySet().stream().limit(LOOKS_MAX).toList();
            first.forEach(Waiting::look);
            all.wakeFirst();
        });
    }

    /** Has new requests look for a VM in their order, until one finds none or others, at other event loops, have waited longer. */
    private void serve() {
        while (all.isFirst(this)) {
            Waiting next = fresh.keySet().iterator().next();
            next.look();
            if (fresh.containsKey(next)) {
                return;
            }
        }
        all.wakeFirst();
    }
}
