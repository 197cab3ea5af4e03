package io.gemel.router.decision;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Outcome of a submission at a VM: the values of its header {@code Gemel-Outcome}. */
public enum Outcome {
    /** Committed now. */
    EXECUTED(Effect.FINAL),
    /** The stored answer of a commit before. */
    REPLAYED(Effect.FINAL),
    /** Refused for good by the application. */
    REJECTED(Effect.FINAL),
    /** Refused by the application, and nothing was done: another request may do it. */
    DECLINED(Effect.FINAL),
    /** Somebody closed the key by asking: nothing will ever run under it. */
    FENCED(Effect.FINAL),
    /** Takes no new work: nothing happened. */
    DRAINING(Effect.REFUSED),
    /** The site's gate is closed: nothing happened. */
    CLOSED(Effect.REFUSED),
    /** No database connection could be had: nothing happened. */
    UNREACHABLE(Effect.REFUSED),
    /** Serialization failures or a lock wait used up the tries: rolled back. */
    RETRY(Effect.UNDONE),
    /** The deadline passed before the commit: rolled back. */
    LATE(Effect.UNDONE),
    /** The application threw: rolled back. */
    FAILED(Effect.UNDONE),
    /** The connection was lost during the commit. */
    UNKNOWN(Effect.DOUBT);

    /** Effect of an outcome. */
    public enum Effect {
        /** The client gets this answer. */
        FINAL,
        /** Nothing was begun. */
        REFUSED,
        /** Something was begun and rolled back. */
        UNDONE,
        /** It may have happened. */
        DOUBT
    }

    private static final Map<String, Outcome> BY_WORD = new HashMap<>();

    static {
        for (Outcome outcome : values()) {
            BY_WORD.put(outcome.word(), outcome);
        }
    }

    private final Effect effect;

    Outcome(Effect effect) {
        this.effect = effect;
    }

    public Effect effect() {
        return effect;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Null for a word that is none of these, or no word. */
    public static @Nullable Outcome ofWord(@Nullable String word) {
        return word == null ? null : BY_WORD.get(word);
    }
}
