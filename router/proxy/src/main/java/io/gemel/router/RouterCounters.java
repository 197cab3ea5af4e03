package io.gemel.router;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a router has done since it started, and what it has in hand. Thread-safe. */
final class RouterCounters {
    final LongAdder requests = new LongAdder();
    final LongAdder resubmitted = new LongAdder();
    final LongAdder retried = new LongAdder();
    final LongAdder replayed = new LongAdder();
    final LongAdder inDoubt = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder declined = new LongAdder();
    final LongAdder shed = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder handshakesFailed = new LongAdder();
    final LongAdder quarantined = new LongAdder();
    final LongAdder durabilityMissed = new LongAdder();
    final AtomicInteger inFlight = new AtomicInteger();
    final AtomicInteger waiting = new AtomicInteger();
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger upgraded = new AtomicInteger();
    final AtomicLong bodyBytes = new AtomicLong();
    final LatencyWindow latencies = new LatencyWindow();
    final AnswerTimes answers = new AnswerTimes();
    final AnswerTimes attempts = new AnswerTimes();

    /**
     * Counts a request that ended with an answer of the router's own.
     *
     * @param doubt whether it may have been done
     */
    void count(Step.Reply reply, boolean doubt) {
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
    void count(@Nullable Outcome outcome) {
        if (outcome == Outcome.REPLAYED) {
            replayed.increment();
        } else if (outcome == Outcome.REJECTED) {
            rejected.increment();
        } else if (outcome == Outcome.DECLINED) {
            declined.increment();
        }
    }
}
