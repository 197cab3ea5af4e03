package io.gemel.apply.target;

import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a batch could not be applied, already classified. Nothing of the batch is in the database, except with {@link
 * Kind#RESTART}, where that is not known until the marker is read again.
 */
public final class ApplyFailure extends Exception {
    private static final long serialVersionUID = 1L;

    public enum Kind {
        /** The same again will do: lock timeout, deadlock, serialization failure, capture behind. */
        RETRY,
        /** A person must fix something; the message says what and how. */
        HALT,
        /** A unique key other than the primary key is in the way in this order of statements. */
        UNIQUE,
        /** Takes more memory than one database transaction may; with fewer transactions in it, it may fit. */
        TOO_LARGE,
        /** As {@link #PARK}, unless the schema of this site soon becomes like the peer's. */
        SCHEMA,
        /** This one transaction cannot be applied here, whatever is tried; others can. */
        PARK,
        /** Connection lost or commit in doubt: only the marker knows. */
        RESTART
    }

    private final Kind kind;
    private final transient List<JournalEntry> journal;
    private final transient @Nullable Divergence divergence;
    private final @Nullable ReasonCode waitsFor;

    public ApplyFailure(Kind kind, String message) {
        this(kind, message, List.of());
    }

    /** Something for a person to do: a halt, or a cause to park. */
    public ApplyFailure(Kind kind, Advice advice, String message) {
        this(kind, advice.in(message));
    }

    public ApplyFailure(Kind kind, Advice advice, String message, Throwable cause) {
        this(kind, advice.in(message), cause);
    }

    /** @param journal conflicts that are the reason */
    public ApplyFailure(Kind kind, Advice advice, String message, List<JournalEntry> journal) {
        this(kind, advice.in(message), journal);
    }

    private ApplyFailure(Kind kind, String message, List<JournalEntry> journal) {
        super(message);
        this.kind = kind;
        this.journal = List.copyOf(journal);
        divergence = null;
        waitsFor = null;
    }

    /** A row differs from the peer's, and no one has decided yet which is right. */
    public ApplyFailure(Divergence divergence) {
        super(Advice.APPLY_ROW_DIVERGED.in(divergence.advice()));
        kind = Kind.HALT;
        journal = List.of();
        this.divergence = divergence;
        waitsFor = null;
    }

    public ApplyFailure(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        journal = List.of();
        divergence = null;
        waitsFor = null;
    }

    /**
     * Something had not come in time; to be tried again as long as it takes, for the reason names it.
     *
     * @param waitsFor the kind of reason
     */
    public ApplyFailure(ReasonCode waitsFor, String message, @Nullable Throwable cause) {
        super(message, cause);
        kind = Kind.RETRY;
        journal = List.of();
        divergence = null;
        this.waitsFor = waitsFor;
    }

    /** The reason that names what had not come in time; null for any other failure. */
    @Nullable
    public ReasonCode waitsFor() {
        return waitsFor;
    }

    /** The row that a repair would end this for, or null. */
    @Nullable
    public Divergence divergence() {
        return divergence;
    }

    /** Conflicts that are the reason, for the journal. */
    public List<JournalEntry> journal() {
        return journal;
    }

    public Kind kind() {
        return kind;
    }
}
