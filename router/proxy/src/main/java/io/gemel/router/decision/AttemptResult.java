package io.gemel.router.decision;

import org.jspecify.annotations.Nullable;

/** How one attempt of a submission ended, as far as the router can tell. */
public sealed interface AttemptResult {
    /**
     * The VM answered.
     *
     * @param outcome null when the answer does not say: it is passed on as it is
     */
    record Answered(@Nullable Outcome outcome) implements AttemptResult {}

    /**
     * Nothing was sent.
     *
     * @param unable whether the VM lives and can never take such a request; otherwise no connection could be had
     */
    record NotSent(boolean unable) implements AttemptResult {
        public NotSent() {
            this(false);
        }
    }

    /** The connection broke after something had been sent, or the VM was found dead: it may have happened. */
    record Broken() implements AttemptResult {}

    /** What came back was no proper answer, from a VM that lives: it may have happened. */
    record Improper() implements AttemptResult {}

    /** One word for it. */
    default String word() {
        return this instanceof Answered
                ? "answered"
                : this instanceof NotSent ? "not_sent" : this instanceof Improper ? "improper" : "broken";
    }

    /** Whether it is certain that this attempt left nothing behind. */
    default boolean nothingHappened() {
        if (this instanceof Answered answered) {
            Outcome outcome = answered.outcome();
            return outcome != null
                    && (outcome == Outcome.DECLINED
                            || outcome.effect() == Outcome.Effect.REFUSED
                            || outcome.effect() == Outcome.Effect.UNDONE);
        }
        return this instanceof NotSent;
    }

    /** Whether its VM lives and can never take such a request. */
    default boolean unable() {
        return this instanceof NotSent notSent && notSent.unable();
    }

    /** Whether nobody knows what it left behind. */
    default boolean inDoubt() {
        return this instanceof Broken
                || this instanceof Improper
                || (this instanceof Answered answered && answered.outcome() == Outcome.UNKNOWN);
    }
}
