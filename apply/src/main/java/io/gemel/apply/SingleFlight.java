package io.gemel.apply;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A question whose concurrent callers share one answer: callers that arrive while it is being asked share the next
 * answer, because it must be newer than their call. Thread-safe.
 */
final class SingleFlight<T> {
    private final Callable<T> question;
    private final Executor executor;
    private @Nullable CompletableFuture<T> next;
    private boolean running;

    /**
     * @param question is never asked twice concurrently
     * @param executor runs the question, and is busy with it while there are callers
     */
    SingleFlight(Callable<T> question, Executor executor) {
        this.question = question;
        this.executor = executor;
    }

    /** An answer that is found after this call; it fails as the question does, or when no more questions are taken. */
    synchronized CompletableFuture<T> ask() {
        CompletableFuture<T> asked = next;
        if (asked == null) {
            asked = new CompletableFuture<>();
            next = asked;
            if (!running) {
                run(asked);
            }
        }
        return asked;
    }

    private void run(CompletableFuture<T> asked) {
        try {
            running = true;
            executor.execute(this::answerAll);
        } catch (RejectedExecutionException e) {
            running = false;
            next = null;
            asked.completeExceptionally(e);
        }
    }

    private void answerAll() {
        for (CompletableFuture<T> asked = take(); asked != null; asked = take()) {
            try {
                asked.complete(question.call());
            } catch (Exception e) {
                asked.completeExceptionally(e);
            }
        }
    }

    private synchronized @Nullable CompletableFuture<T> take() {
        CompletableFuture<T> asked = next;
        next = null;
        running = asked != null;
        return asked;
    }
}
