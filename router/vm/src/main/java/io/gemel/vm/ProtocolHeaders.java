package io.gemel.vm;

import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The words of the contract between router and VM: headers turned into a submission. The same for every kind of server. Pure. */
final class ProtocolHeaders {
    static final String KEY = "Idempotency-Key";
    static final String ATTEMPT = "Gemel-Attempt";
    static final String FIRST_ATTEMPT = "Gemel-First-Attempt";
    static final String DEADLINE = "Gemel-Deadline";
    static final String FINGERPRINT = "Gemel-Fingerprint";
    static final String OUTCOME = "Gemel-Outcome";

    private ProtocolHeaders() {}

    /** A request's headers, by name in any case; null for one that is not there. */
    @FunctionalInterface
    interface Headers {
        @Nullable
        String first(String name);
    }

    /** What is sent back: an answer, and the outcome for the header unless the request was no submission. */
    record Reply(Answer answer, @Nullable Outcome outcome) {
        static Reply of(Result result) {
            return new Reply(result.answer(), result.outcome());
        }

        static Reply of(Answer answer) {
            return new Reply(answer, null);
        }
    }

    /**
     * The submission of a request; what a header does not say is as for a request that came without a router.
     *
     * @throws IllegalArgumentException saying which header is missing or wrong
     */
    static Submission submission(Headers headers, InstantSource clock, VmLimits limits) {
        String key = headers.first(KEY);
        if (key == null) {
            throw new IllegalArgumentException("a request that changes something needs the header " + KEY);
        }
        return submission(key, headers, clock, limits);
    }

    /** The same for a key that is not in a header. */
    static Submission submission(String key, Headers headers, InstantSource clock, VmLimits limits) {
        String attempt = headers.first(ATTEMPT);
        String first = headers.first(FIRST_ATTEMPT);
        String deadline = headers.first(DEADLINE);
        long number = attempt == null ? clock.millis() : number(ATTEMPT, attempt);
        return new Submission(
                key,
                headers.first(FINGERPRINT),
                number,
                first == null ? number : number(FIRST_ATTEMPT, first),
                deadline == null
                        ? clock.instant().plus(limits.time())
                        : Instant.ofEpochMilli(number(DEADLINE, deadline)));
    }

    private static long number(String header, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(header + " must be a number of milliseconds, not '" + value + "'", e);
        }
    }
}
