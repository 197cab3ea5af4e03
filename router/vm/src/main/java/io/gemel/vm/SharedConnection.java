package io.gemel.vm;

import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/**
 * The connection of the submission that a thread executes, and the state shared by its borrowers. For one thread.
 *
 * @see LentConnection
 */
final class SharedConnection {
    private static final String SECOND_TRANSACTION =
            "a transaction begins inside a submission while another one of it is open (REQUIRES_NEW, or a second"
                    + " connection): it would be committed or rolled back with the submission and not separately."
                    + " Join the one that is open (REQUIRED), use a savepoint of it (NESTED), or do it after the"
                    + " submission";

    private static final String OTHERS_WROTE =
            "a transaction inside a submission is rolled back after something was written outside of it (NOT_SUPPORTED, or a second"
                    + " connection): that would be rolled back, too. Write it in the transaction, or after the submission";

    private final Connection guarded;
    private final boolean autoCommit;
    private @Nullable Object owner;
    private boolean othersWrote;
    private boolean lent;
    private @Nullable RefusedUse refused;
    private boolean ended;

    /** @param autoCommit how the pool hands its connections out */
    SharedConnection(Connection guarded, boolean autoCommit) {
        this.guarded = guarded;
        this.autoCommit = autoCommit;
    }

    /** Runs the work; whatever it makes of a refusal, it fails with it. */
    Answer run(Work work) throws Exception {
        Answer answer;
        try {
            answer = work.run(guarded);
        } catch (Exception e) {
            throw refused == null ? e : refused;
        } finally {
            ended = true;
        }
        if (refused != null) {
            throw refused;
        }
        return answer;
    }

    Connection guarded() {
        return guarded;
    }

    boolean autoCommit() {
        return autoCommit;
    }

    void lend() {
        lent = true;
    }

    /** Whether the work has borrowed it. */
    boolean isLent() {
        return lent;
    }

    /** Whether the work has ended: the connection must not be used any more. */
    boolean hasEnded() {
        return ended;
    }

    /** Lets the work fail with this text. */
    RefusedUse refuse(String text) {
        RefusedUse refusal = new RefusedUse(text);
        if (refused == null) {
            refused = refusal;
        }
        return refusal;
    }

    /** The borrower begins a transaction, of which there is one at a time. */
    void begin(Object borrower) {
        requireNoOther(borrower);
        owner = borrower;
    }

    /** The borrower uses a transaction that it did not begin in so many words. */
    void use(Object borrower) {
        if (owner == null) {
            owner = borrower;
        }
    }

    /** Rejects a commit inside another borrower's transaction. */
    void requireNoOther(Object borrower) {
        if (owner != null && owner != borrower) {
            throw refuse(SECOND_TRANSACTION);
        }
    }

    /** The borrower may have written something. */
    void wrote(Object borrower) {
        othersWrote |= owner != null && owner != borrower;
    }

    /** Rejects a rollback of what another borrower wrote. */
    void requireNothingElseWritten(Object borrower) {
        if (owner == borrower && othersWrote) {
            throw refuse(OTHERS_WROTE);
        }
    }

    /** The borrower's transaction is over. */
    void end(Object borrower) {
        if (owner == borrower) {
            owner = null;
            othersWrote = false;
        }
    }
}
