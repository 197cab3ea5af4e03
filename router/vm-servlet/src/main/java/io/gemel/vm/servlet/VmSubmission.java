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

    /** The submission that this thread carries out, for example for ids that follow from its key; empty when it carries out none. */
    public static Optional<Submission> current() {
        return Optional.ofNullable(CURRENT.get()).map(run -> run.submission);
    }

    /**
     * Says that this submission may succeed without a change in the database. Only a handler that uses no database at all has to say so: one
     * that asked the database and found nothing to do is believed. Does nothing on a thread that carries out no submission.
     */
    public static void withoutChange() {
        VmSubmission run = CURRENT.get();
        if (run != null) {
            run.withoutChange = true;
        }
    }

    /**
     * Says that a refusal, should the answer be one (4xx), is for good: whoever sends the key again gets it again. Does nothing on a thread
     * that carries out no submission.
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
