package io.gemel.vm.spring;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.ResourceHolderSynchronization;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Lets what follows a transaction's commit wait for that of the submission: listeners of the application's events ({@code
 * @TransactionalEventListener}), caches, and whatever else registered a synchronization. The commit of a transaction inside a submission is none
 * yet. What belongs to connections and persistence contexts is not kept waiting. Holds no state; any thread.
 */
final class AfterTheSubmission implements TransactionExecutionListener {
    private static final List<String> RESOURCES =
            List.of("org.springframework.jdbc.", "org.springframework.orm.", "org.mybatis.");

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        Deferred run = Deferred.running();
        if (run == null
                || !transaction.isNewTransaction()
                || !TransactionSynchronizationManager.isSynchronizationActive()) {
            return;
        }
        List<TransactionSynchronization> later = new ArrayList<>();
        List<TransactionSynchronization> now = new ArrayList<>();
        TransactionSynchronizationManager.getSynchronizations()
                .forEach(each -> (belongsToResource(each) ? now : later).add(each));
        TransactionSynchronizationManager.clearSynchronization();
        TransactionSynchronizationManager.initSynchronization();
        now.forEach(TransactionSynchronizationManager::registerSynchronization);
        run.defer(transaction, later);
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure != null) {
            takeBack(transaction, TransactionSynchronization.STATUS_UNKNOWN);
        }
    }

    /** Also after a commit that failed. */
    @Override
    public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
        takeBack(transaction, TransactionSynchronization.STATUS_ROLLED_BACK);
    }

    private static void takeBack(TransactionExecution transaction, int status) {
        Deferred run = Deferred.running();
        if (run != null) {
            run.takeBack(transaction, status);
        }
    }

    private static boolean belongsToResource(TransactionSynchronization synchronization) {
        String type = synchronization.getClass().getName();
        return synchronization instanceof ResourceHolderSynchronization
                || RESOURCES.stream().anyMatch(type::startsWith);
    }
}
