package io.gemel.vm;

import java.util.function.Function;

/** Result of {@link Vm#submit}. Whatever it is, {@link #answer} can be sent to the client. */
public sealed interface Result {
    Outcome outcome();

    /** The application's answer, the stored one, or a short text that says what is the matter. */
    Answer answer();

    /** One of the three, by what is known. */
    default <T> T match(
            Function<? super Settled, ? extends T> settled,
            Function<? super NothingHappened, ? extends T> nothingHappened,
            Function<? super Unknown, ? extends T> unknown) {
        if (this instanceof Settled known) {
            return settled.apply(known);
        }
        if (this instanceof NothingHappened nothing) {
            return nothingHappened.apply(nothing);
        }
        return unknown.apply((Unknown) this);
    }

    /**
     * The request is answered: {@code executed}, {@code replayed}, {@code rejected} or {@code fenced}, and the same key gets the same answer
     * again; or {@code declined}, and the same key may be sent again with a new request.
     */
    record Settled(Outcome outcome, Answer answer) implements Result {}

    /** Certainly nothing of it is in the database: the submission may be sent again, here or elsewhere. */
    record NothingHappened(Outcome outcome, Answer answer) implements Result {}

    /** It may be in the database or not. To send it again under its key is safe and finds out. */
    record Unknown(Answer answer) implements Result {
        @Override
        public Outcome outcome() {
            return Outcome.UNKNOWN;
        }
    }
}
