package io.gemel.router.client;

import io.gemel.router.api.Durability;
import io.gemel.router.decision.Attempt;
import io.gemel.router.decision.AttemptHistory;
import org.jspecify.annotations.Nullable;

/**
 * What the answer's headers say about the submission.
 *
 * @param outcome null when nothing happened, or when it is unknown
 */
public record ResponseInfo(
        @Nullable String key,
        @Nullable String outcome,
        int attempts,
        @Nullable String site,
        @Nullable String vm,
        @Nullable String durability) {
    static final ResponseInfo NONE = new ResponseInfo(null, null, 0, null, null, null);

    public static ResponseInfo of(
            @Nullable String key, AttemptHistory history, @Nullable String outcome, @Nullable Durability durability) {
        Attempt last = history.last();
        return new ResponseInfo(
                key,
                outcome,
                history.attempts().size(),
                last == null ? null : last.site(),
                last == null ? null : last.vm(),
                durability == null ? null : durability.word());
    }
}
