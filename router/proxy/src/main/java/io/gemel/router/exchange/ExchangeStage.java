package io.gemel.router.exchange;

/** Where a submission is, and what belongs to that. */
sealed interface ExchangeStage {
    /** Whether no VM has it, and its client waits: it counts as waiting then. */
    default boolean isWaiting() {
        return false;
    }

    /** It is sent nowhere, and decided on again at that time at the latest. */
    record Waiting(long untilMillis) implements ExchangeStage {
        @Override
        public boolean isWaiting() {
            return true;
        }
    }

    /** The site that declined it applies what it may have missed. */
    record CatchingUp() implements ExchangeStage {
        @Override
        public boolean isWaiting() {
            return true;
        }
    }

    /** A VM has it. */
    record Sent(OpenAttempt attempt) implements ExchangeStage {}

    /** It is committed, and waits to be durable. */
    record Settling(DurabilityWait durability) implements ExchangeStage {}

    /** Its client is answered, or has left. */
    record Done() implements ExchangeStage {}
}
