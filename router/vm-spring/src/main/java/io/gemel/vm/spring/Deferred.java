package io.gemel.vm.spring;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;

/**
 * The commit callbacks of transactions in one run of a request's handling, deferred until the outcome of its submission
 * is known.
 */
final class Deferred {
    private static final Logger LOG = LoggerFactory.getLogger(Deferred.class);
    private static final ThreadLocal<@Nullable Deferred> CURRENT = new ThreadLocal<>();

    private final String key;
    private final List<Batch> batches = new ArrayList<>();

    /** What one transaction left to be done. */
    private record Batch(Object transaction, List<TransactionSynchronization> synchronizations) {}

    /** @param key the submission's */
    Deferred(String key) {
        this.key = key;
    }

    /** That of the run on this thread; null when there is none. */
    static @Nullable Deferred running() {
        return CURRENT.get();
    }

    void begin() {
        CURRENT.set(this);
    }

    static void end() {
        CURRENT.remove();
    }

    /** Defers the callbacks after the commit of a transaction until the outcome of the submission is known. */
    void defer(Object transaction, List<TransactionSynchronization> later) {
        batches.add(new Batch(transaction, later));
    }

    /** The transaction came to nothing before the submission did: what was kept of it happens now. */
    void takeBack(Object transaction, int status) {
        batches.stream()
                .filter(batch -> batch.transaction() == transaction)
                .toList()
                .forEach(batch -> {
                    batches.remove(batch);
                    complete(batch, status);
                });
    }

    /**
     * Lets happen what was kept, outside of the submission. Errors are logged: the submission has ended by now.
     *
     * @param status as {@link TransactionSynchronization#afterCompletion} has it
     */
    void complete(int status) {
        batches.forEach(batch -> complete(batch, status));
        batches.clear();
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
            LOG.error("a callback after the commit of submission {} failed", key, e);
        }
    }
}
