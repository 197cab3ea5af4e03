package io.gemel.vm;

import org.jspecify.annotations.Nullable;

/** The submission of the request that a thread works on. */
final class CurrentSubmission {
    private static final ThreadLocal<@Nullable Submission> CURRENT = new ThreadLocal<>();

    private CurrentSubmission() {}

    static void set(Submission submission) {
        CURRENT.set(submission);
    }

    static void clear() {
        CURRENT.remove();
    }

    static Submission get() {
        Submission submission = CURRENT.get();
        if (submission == null) {
            throw new IllegalStateException(
                    "this thread works on no submission: the request has no Idempotency-Key, VmFilter is not in its"
                            + " filter chain, or another thread took it over (then take the submission from the"
                            + " request's attribute)");
        }
        return submission;
    }
}
