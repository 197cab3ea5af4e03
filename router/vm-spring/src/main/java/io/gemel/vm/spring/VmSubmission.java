package io.gemel.vm.spring;

import io.gemel.vm.Answer;
import io.gemel.vm.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;

/**
 * One run of a request's handling as a submission, and what the application may ask or say about it on the thread that handles the request.
 */
public final class VmSubmission {
    private static final Logger LOG = LoggerFactory.getLogger(VmSubmission.class);
    private static final ThreadLocal<@Nullable VmSubmission> CURRENT = new ThreadLocal<>();

    /** The first digit of a refusal's status. */
    private static final int REFUSED = 4;

    private final Submission submission;
    private final List<Batch> deferred = new ArrayList<>();
    private boolean connected;
    private boolean withoutChange;
    private boolean forGood;

    /** What one transaction left to be done. */
    private record Batch(Object transaction, List<TransactionSynchronization> synchronizations) {}

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

    static @Nullable VmSubmission running() {
        return CURRENT.get();
    }

    void begin() {
        CURRENT.set(this);
    }

    static void end() {
        CURRENT.remove();
    }

    /** The work took its connection from where submissions lend theirs. */
    void connected() {
        connected = true;
    }

    /** The answer with what the application said about it, and whether a success that wrote nothing went past the submission. */
    Answer complete(Answer answer) {
        Answer told = connected || withoutChange ? answer.withoutChange() : answer;
        return forGood && answer.status() / 100 == REFUSED ? told.forGood() : told;
    }

    /** Keeps what is to follow the commit of a transaction until it is known what becomes of the submission. */
    void defer(Object transaction, List<TransactionSynchronization> later) {
        deferred.add(new Batch(transaction, later));
    }

    /** The transaction came to nothing before the submission did: what was kept of it happens now. */
    void takeBack(Object transaction, int status) {
        deferred.stream()
                .filter(batch -> batch.transaction() == transaction)
                .toList()
                .forEach(batch -> {
                    deferred.remove(batch);
                    complete(batch, status);
                });
    }

    /**
     * Lets happen what was kept, outside of the submission. Errors are logged: the submission has ended by now.
     *
     * @param status as {@link TransactionSynchronization#afterCompletion} has it
     */
    void complete(int status) {
        deferred.forEach(batch -> complete(batch, status));
        deferred.clear();
    }

    private void complete(Batch batch, int status) {
        if (status == TransactionSynchronization.STATUS_COMMITTED) {
            batch.synchronizations().forEach(each -> quietly(each::afterCommit));
        }
        batch.synchronizations().forEach(each -> quietly(() -> each.afterCompletion(status)));
    }

    private void quietly(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.error("what was to follow the commit of submission {} failed", submission.key(), e);
        }
    }
}
