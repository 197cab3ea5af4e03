package io.gemel.router.decision;

import org.jspecify.annotations.Nullable;

/**
 * Result of one attempt of a submission, as far as the router knows.
 *
 * @param outcome what the VM says became of it; null when there is no answer, or it does not say: such an answer is passed on as it is
 */
public record AttemptResult(Kind kind, @Nullable Outcome outcome) {
    public static final AttemptResult NOT_SENT = new AttemptResult(Kind.NOT_SENT, null);
    public static final AttemptResult UNABLE = new AttemptResult(Kind.UNABLE, null);
    public static final AttemptResult BROKEN = new AttemptResult(Kind.BROKEN, null);
    public static final AttemptResult IMPROPER = new AttemptResult(Kind.IMPROPER, null);

    /** What ended it. */
    public enum Kind {
        /** The VM answered. */
        ANSWERED("answered"),
        /** Nothing was sent: no connection could be had. */
        NOT_SENT("not_sent"),
        /** Nothing was sent: the VM lives, and can never take such a request. */
        UNABLE("not_sent"),
        /** The connection broke after something had been sent, or the VM was found dead: it may have happened. */
        BROKEN("broken"),
        /** What came back was no proper answer, from a VM that lives: it may have happened. */
        IMPROPER("improper");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** One word for it. */
        public String word() {
            return word;
        }
    }

    /** The VM answered. */
    public static AttemptResult answered(@Nullable Outcome outcome) {
        return new AttemptResult(Kind.ANSWERED, outcome);
    }

    /** Whether it is certain that this attempt left nothing behind. */
    public boolean nothingHappened() {
        return isUnsent()
                || (outcome != null
                        && (outcome == Outcome.DECLINED
                                || outcome.effect() == Outcome.Effect.REFUSED
                                || outcome.effect() == Outcome.Effect.UNDONE));
    }

    /** Whether nothing of it was sent. */
    boolean isUnsent() {
        return kind == Kind.NOT_SENT || kind == Kind.UNABLE;
    }

    /** Whether its VM lives and can never take such a request. */
    boolean unable() {
        return kind == Kind.UNABLE;
    }

    /** Whether nobody knows what it left behind. */
    boolean inDoubt() {
        return kind == Kind.BROKEN || kind == Kind.IMPROPER || outcome == Outcome.UNKNOWN;
    }
}
