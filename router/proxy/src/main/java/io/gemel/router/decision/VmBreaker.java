package io.gemel.router.decision;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Keeps requests away for a moment from a VM that answers badly too often. The watching thread lets time pass, serving threads report
 * answers; any thread may read.
 */
public final class VmBreaker {
    /** How long an open one keeps requests away. */
    private static final long OPEN_MILLIS = 2000;

    /** Instead of a time: there is none. */
    private static final long NOTHING = -1;

    private static final CircuitBreakerConfig CONFIG = CircuitBreakerConfig.custom()
            .slidingWindowType(SlidingWindowType.COUNT_BASED)
            .slidingWindowSize(50)
            .minimumNumberOfCalls(20)
            .failureRateThreshold(50)
            .permittedNumberOfCallsInHalfOpenState(5)
            .waitDurationInOpenState(Duration.ofMillis(OPEN_MILLIS))
            .build();

    private final CircuitBreaker breaker;
    private long openSinceMillis = NOTHING;

    VmBreaker(String vm) {
        breaker = CircuitBreaker.of(vm, CONFIG);
    }

    /** Whether it keeps requests away. */
    public boolean isOpen() {
        return breaker.getState() == CircuitBreaker.State.OPEN;
    }

    /** An answer that speaks for the VM, or none. */
    void answered(boolean good) {
        if (good) {
            breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        } else {
            breaker.onError(0, TimeUnit.NANOSECONDS, new BadAnswer());
        }
    }

    /** The VM is back: what it answered before no longer counts. */
    void reset() {
        breaker.reset();
    }

    /**
     * Time passes: one that has been open for long enough lets requests through again, to see.
     *
     * @return whether it has opened since the last time
     */
    public boolean tick(long nowMillis) {
        if (!isOpen()) {
            openSinceMillis = NOTHING;
        } else if (openSinceMillis < 0) {
            openSinceMillis = nowMillis;
            return true;
        } else if (nowMillis - openSinceMillis >= OPEN_MILLIS) {
            breaker.transitionToHalfOpenState();
        }
        return false;
    }

    /** What a breaker counts; nobody looks at where it comes from. */
    private static final class BadAnswer extends Exception {
        private static final long serialVersionUID = 1L;

        BadAnswer() {
            super("no answer, or an invalid one", null, false, false);
        }
    }
}
