package io.gemel.router.exchange;

import java.util.concurrent.atomic.AtomicInteger;

/** The stage of one exchange, which counts among those that wait for as long as its stage says so. Confined to one event loop. */
final class CurrentStage {
    private final AtomicInteger waiting;
    private final AtomicInteger waitingOfGroup;
    private ExchangeStage now;

    /**
     * Counts nowhere yet.
     *
     * @param waiting number of all exchanges that wait
     * @param waitingOfGroup those of one group
     */
    CurrentStage(AtomicInteger waiting, AtomicInteger waitingOfGroup, ExchangeStage first) {
        this.waiting = waiting;
        this.waitingOfGroup = waitingOfGroup;
        now = first;
    }

    /** The exchange begins: it counts from now on. */
    void begin() {
        count(now.isWaiting() ? 1 : 0);
    }

    ExchangeStage now() {
        return now;
    }

    void enter(ExchangeStage next) {
        if (now.isWaiting() != next.isWaiting()) {
            count(next.isWaiting() ? 1 : -1);
        }
        now = next;
    }

    private void count(int difference) {
        waiting.addAndGet(difference);
        waitingOfGroup.addAndGet(difference);
    }
}
