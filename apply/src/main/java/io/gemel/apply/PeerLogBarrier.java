package io.gemel.apply;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.api.ApplyState;
import io.gemel.apply.log.PeerLogEndOffset;
import io.gemel.conflict.log.Watermark;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits until the peer's log is applied up to its end at the time of the call. The applying thread reports its
 * progress; any number of others wait. Offsets are Kafka's.
 */
final class PeerLogBarrier implements AutoCloseable {
    /** How long the peer's Kafka, which may be lost together with the peer, is given to say where the log ends. */
    static final Duration END_LIMIT = Duration.ofMillis(500);

    /** How soon a waiting thread notices that the applier no longer applies. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final ApplyStatus status;
    private final PeerLogEndOffset log;
    private final SingleFlight<Long> end;
    private final Watermark applied = new Watermark();
    private final Watermark empties = new Watermark();

    PeerLogBarrier(ApplyConfig config, ApplyStatus status, Executor executor) {
        this.status = status;
        log = new PeerLogEndOffset(config, "barrier");
        end = new SingleFlight<>(() -> log.ask(END_LIMIT), executor);
    }

    /** Every record before this offset is applied, or needed not be. Applying thread. */
    void applied(long offset) {
        applied.reach(offset);
    }

    /** Looked for more and found none. Applying thread. */
    void foundNone() {
        empties.reach(empties.reached() + 1);
    }

    /**
     * Waits until everything that the log holds now is applied.
     *
     * @param endNeeded whether to give up when the peer's Kafka does not say where the log ends; otherwise what has come here by then
     *     counts as the whole log
     * @return why it is not applied; empty when it is
     */
    Optional<String> await(Duration limit, boolean endNeeded) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        // The search that is going on may have begun before this call; the one after it has not.
        long emptyThen = empties.reached() + 2;
        CompletableFuture<Long> asked = end.ask();
        try {
            long upTo = asked.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return await(applied, upTo, deadline, "to offset " + upTo + ", the end of the peer's log");
        } catch (ExecutionException | TimeoutException e) {
            if (endNeeded) {
                return Optional.of("the peer's Kafka does not say where the peer's log ends (" + cause(e) + ")");
            }
            return await(empties, emptyThen, deadline, "as far as it was received");
        }
    }

    private Optional<String> await(Watermark watermark, long number, long deadline, String upTo)
            throws InterruptedException {
        while (!watermark.await(number, LOOK_AGAIN)) {
            ApplyState state = status.state();
            boolean beginning = state == ApplyState.STARTING && status.reason().isEmpty();
            if (state != ApplyState.RUNNING && state != ApplyState.STANDBY && !beginning) {
                return Optional.of("the applier is " + state + ": " + status.reason());
            }
            if (System.nanoTime() - deadline >= 0) {
                String why = status.reason().isEmpty() ? "" : ", " + status.reason();
                return Optional.of("the peer's log is not applied " + upTo + ", in time; it is to offset "
                        + applied.reached() + why);
            }
        }
        return Optional.empty();
    }

    private static String cause(Exception e) {
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public void close() {
        log.close();
    }
}
