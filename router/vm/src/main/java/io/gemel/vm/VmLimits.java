package io.gemel.vm;

import java.time.Duration;

/**
 * What a VM never exceeds.
 *
 * @param time longest a submission takes: its deadline when it names none, and the maximum of a later one
 * @param retriesMax how often the work of a submission runs again after a serialization failure, a deadlock or an
 *     unavailable lock
 * @param heartbeat longest a heartbeat waits for the database before it says that it does not answer
 * @param answerBytesMax longest answer that is stored; a longer one fails the submission
 * @param bodyBytesMax longest request body that {@link VmHandler} reads; a longer one is rejected
 * @param requestsMax capacity that is reported to routers: concurrent requests; keep one more thread and connection for
 *     heartbeats. 0 reports none
 */
public record VmLimits(
        Duration time, int retriesMax, Duration heartbeat, int answerBytesMax, int bodyBytesMax, int requestsMax) {
    /** Longest {@link #time}: what the database counts in milliseconds must stay in its range, and a lock is no queue. */
    public static final Duration TIME_MAX = Duration.ofHours(1);

    /** A minute, three retries, a second, one MiB and one MiB. */
    public static final VmLimits DEFAULT =
            new VmLimits(Duration.ofMinutes(1), 3, Duration.ofSeconds(1), 1 << 20, 1 << 20, 0);

    /** @throws IllegalArgumentException naming what is wrong */
    public VmLimits {
        requirePositive("time", time);
        requirePositive("heartbeat", heartbeat);
        if (retriesMax < 0 || answerBytesMax < 0 || bodyBytesMax < 0 || requestsMax < 0) {
            throw new IllegalArgumentException(
                    "retriesMax, answerBytesMax, bodyBytesMax and requestsMax must be 0 or more");
        }
    }

    /** The same with another {@link #time}. */
    public VmLimits withTime(Duration other) {
        return new VmLimits(other, retriesMax, heartbeat, answerBytesMax, bodyBytesMax, requestsMax);
    }

    /** The same with another {@link #answerBytesMax}. */
    public VmLimits withAnswerBytesMax(int other) {
        return new VmLimits(time, retriesMax, heartbeat, other, bodyBytesMax, requestsMax);
    }

    /** The same with another {@link #requestsMax}. */
    public VmLimits withRequestsMax(int other) {
        return new VmLimits(time, retriesMax, heartbeat, answerBytesMax, bodyBytesMax, other);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.toMillis() < 1 || value.compareTo(TIME_MAX) > 0) {
            throw new IllegalArgumentException(name + " must be between 1 ms and " + TIME_MAX + ", not " + value);
        }
    }
}
