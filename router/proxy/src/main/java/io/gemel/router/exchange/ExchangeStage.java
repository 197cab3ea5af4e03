package io.gemel.router.exchange;

/** Stage of an exchange, with the state that belongs to it. */
sealed interface ExchangeStage {
    /** Whether it counts as waiting: its client waits, and no VM has it. */
    default boolean isWaiting() {
        return false;
    }

    /** No VM has it. It is decided on again at that time at the latest. */
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

    /** It is committed, and waits for its durability. */
    record Settling(DurabilityWait durability) implements ExchangeStage {}

    /** Its client is answered, or has disconnected. */
    record Done() implements ExchangeStage {}
}
