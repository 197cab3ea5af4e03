package io.gemel.router.exchange;

import io.gemel.router.client.Submission;
import io.gemel.router.client.VmAnswer;
import io.gemel.router.decision.Assignment;
import io.gemel.router.decision.Attempt;
import io.gemel.router.decision.AttemptResult;
import io.gemel.router.decision.VmState;
import io.gemel.router.exchange.VmCall.Result;
import io.gemel.router.report.AnswerTimes;
import io.gemel.router.request.RequestCheck;
import io.gemel.router.request.Trace;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An attempt in progress at the VM that was picked for it; releases what it counts for when it ends. Confined to one event loop. */
final class OpenAttempt {
    private static final Logger LOG = LoggerFactory.getLogger(OpenAttempt.class);

    private final WorkerContext worker;
    private final Submission submission;
    private final Assignment assignment;
    private final End end;
    private final VmAttempt attempt;
    private final long sentNanos = System.nanoTime();
    private @Nullable String requestId;
    private @Nullable String trace;

    /** Hears how it ended. */
    @FunctionalInterface
    interface End {
        /**
         * It has ended, once.
         *
         * @param answer what the VM said; null when that was no answer
         */
        void ended(OpenAttempt attempt, AttemptResult result, @Nullable VmAnswer answer);
    }

    OpenAttempt(WorkerContext worker, Submission submission, Assignment assignment, End end) {
        this.worker = worker;
        this.submission = submission;
        this.assignment = assignment;
        this.end = end;
        attempt = new VmAttempt(assignment.vm(), result -> result.match(this::answered, this::failed));
    }

    VmState vm() {
        return assignment.vm();
    }

    void send(MultiMap headers) {
        requestId = headers.get(RequestCheck.REQUEST_ID);
        trace = headers.get(Trace.PARENT);
        attempt.begin(onEnd -> worker.vms().send(assignment.vm(), submission, headers, onEnd));
    }

    private void answered(Result.Answer answer) {
        end(AttemptResult.answered(answer.answer().outcome()), answer.answer());
    }

    private void failed(Result.Failure failure) {
        switch (failure.result().kind()) {
            case UNABLE -> warn("cannot take", failure.why());
            case IMPROPER -> warn("gave no valid answer to", failure.why());
            default -> LOG.debug("{}: {}", failure.result().kind().word(), failure.why());
        }
        assignment.vm().failed(failure.why());
        end(failure.result(), null);
    }

    private void warn(String what, String why) {
        LOG.warn(
                "VM {} {} {} {} (request {}, {}): {}",
                assignment.vm().name(),
                what,
                submission.method(),
                submission.target().plainPath(),
                requestId,
                trace,
                why);
    }

    private void end(AttemptResult result, @Nullable VmAnswer answer) {
        worker.dispatcher()
                .ended(
                        assignment,
                        result,
                        (System.nanoTime() - sentNanos) / 1e6,
                        worker.awake().millis());
        record(result.kind().word());
        end.ended(this, result, answer);
        worker.groups().roomGained(assignment.vm().group());
    }

    private void record(String how) {
        long micros = (System.nanoTime() - sentNanos) / 1000;
        worker.counters().attempts.record(AnswerTimes.NONE, assignment.vm().name(), how, micros);
    }

    /** Ends it when its VM has died since; false when that lives. */
    boolean endIfLost() {
        if (!attempt.isLost()) {
            return false;
        }
        end(abandonCall(), null);
        return true;
    }

    /**
     * Nobody waits for it any more.
     *
     * @return how it ends so
     */
    AttemptResult giveUp() {
        AttemptResult result = abandonCall();
        record("abandoned");
        worker.dispatcher().abandoned(assignment, worker.awake().millis());
        worker.groups().roomGained(assignment.vm().group());
        return result;
    }

    private AttemptResult abandonCall() {
        return attempt.abandon() ? AttemptResult.BROKEN : AttemptResult.NOT_SENT;
    }

    /** What is remembered of it. */
    Attempt closed(AttemptResult result, long nowMillis) {
        VmState vm = assignment.vm();
        return new Attempt(
                vm.name(), vm.host(), vm.site(), attempt.deathsBefore(), nowMillis, submission.keptBy(vm), result);
    }
}
