package io.gemel.vm.servlet;

import io.gemel.vm.Answer;
import io.gemel.vm.Submission;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One run of a request's handling as a submission, and the application's interface to it on the thread that handles the
 * request.
 */
public final class VmSubmission {
    private static final ThreadLocal<@Nullable VmSubmission> CURRENT = new ThreadLocal<>();

    /** The first digit of a refusal's status. */
    private static final int REFUSED = 4;

    private final Submission submission;
    private boolean withoutChange;
    private boolean forGood;

    VmSubmission(Submission submission) {
        this.submission = submission;
    }

    /** The submission that this thread executes, for example for ids derived from its key; empty when there is none. */
    public static Optional<Submission> current() {
        return Optional.ofNullable(CURRENT.get()).map(run -> run.submission);
    }

    /**
     * Allows this submission to succeed without a change in the database. Only a handler that uses no database at all
     * must call it: a handler that queried the database and found nothing to do is accepted. No effect on a thread
     * without a submission.
     */
    public static void withoutChange() {
        VmSubmission run = CURRENT.get();
        if (run != null) {
            run.withoutChange = true;
        }
    }

    /**
     * Makes a refusal (a 4xx answer) permanent: a client that sends the key again gets it again. No effect on a thread
     * without a submission.
     */
    public static void forGood() {
        VmSubmission run = CURRENT.get();
        if (run != null) {
            run.forGood = true;
        }
    }

    void begin() {
        CURRENT.set(this);
    }

    static void end() {
        CURRENT.remove();
    }

    /** The answer with what the application said about it. */
    Answer complete(Answer answer) {
        Answer told = withoutChange ? answer.withoutChange() : answer;
        return forGood && answer.status() / 100 == REFUSED ? told.forGood() : told;
    }
}
