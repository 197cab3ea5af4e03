package io.gemel.router;

import io.gemel.router.RouterConfig.Durability;
import org.jspecify.annotations.Nullable;

/**
 * What the answer tells of the submission.
 *
 * @param outcome null when nothing happened, or nobody says
 */
record Story(
        @Nullable String key,
        @Nullable String outcome,
        int attempts,
        @Nullable String site,
        @Nullable String vm,
        @Nullable String durability) {
    static final Story NONE = new Story(null, null, 0, null, null, null);

    static Story of(@Nullable String key, Course course, @Nullable String outcome, @Nullable Durability durability) {
        Attempt last = course.last();
        return new Story(
                key,
                outcome,
                course.attempts().size(),
                last == null ? null : last.site(),
                last == null ? null : last.vm(),
                durability == null ? null : durability.word());
    }
}
