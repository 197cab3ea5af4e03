package io.gemel.router.report;

import io.gemel.router.decision.Decision;
import io.gemel.router.decision.Outcome;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counters of a router since its start, and its requests in flight. Thread-safe. */
public final class RouterCounters {
    public final LongAdder requests = new LongAdder();
    public final LongAdder resubmitted = new LongAdder();
    public final LongAdder retried = new LongAdder();
    public final LongAdder replayed = new LongAdder();
    public final LongAdder inDoubt = new LongAdder();
    public final LongAdder rejected = new LongAdder();
    public final LongAdder declined = new LongAdder();
    public final LongAdder shed = new LongAdder();
    public final LongAdder malformed = new LongAdder();
    public final LongAdder handshakesFailed = new LongAdder();
    public final LongAdder quarantined = new LongAdder();
    public final LongAdder durabilityMissed = new LongAdder();
    public final AtomicInteger inFlight = new AtomicInteger();
    public final AtomicInteger waiting = new AtomicInteger();
    public final AtomicInteger connections = new AtomicInteger();
    public final AtomicInteger upgraded = new AtomicInteger();
    public final AtomicLong bodyBytes = new AtomicLong();
    public final LatencyWindow latencies = new LatencyWindow();
    public final AnswerTimes answers = new AnswerTimes();
    public final AnswerTimes attempts = new AnswerTimes();

    /**
     * Counts a request that ended with an answer of the router's own.
     *
     * @param doubt whether it may have been done
     */
    public void count(Decision.Reply reply, boolean doubt) {
        switch (reply) {
            case SHED, LATE, UNABLE, UNANSWERED -> shed.increment();
            case IN_DOUBT, LOST -> inDoubt.increment();
            case IMPROPER -> (doubt ? inDoubt : shed).increment();
            case QUARANTINED -> {
                quarantined.increment();
                inDoubt.increment();
            }
            case LAST_ANSWER -> {
                // Its own outcome is counted.
            }
        }
    }

    /** Counts a VM's answer that is passed on. */
    public void count(@Nullable Outcome outcome) {
        if (outcome == Outcome.REPLAYED) {
            replayed.increment();
        } else if (outcome == Outcome.REJECTED) {
            rejected.increment();
        } else if (outcome == Outcome.DECLINED) {
            declined.increment();
        }
    }
}
