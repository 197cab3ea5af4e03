package io.gemel.router.exchange;

import io.gemel.router.api.Durability;
import io.gemel.router.client.Client;
import io.gemel.router.client.ResponseInfo;
import io.gemel.router.client.RouterResponses;
import io.gemel.router.client.Submission;
import io.gemel.router.client.Upgraded;
import io.gemel.router.client.VmAnswer;
import io.gemel.router.decision.AttemptHistory;
import io.gemel.router.decision.Decision.Reply;
import io.gemel.router.decision.Outcome;
import io.gemel.router.decision.ResubmissionPolicy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answer to the client of one submission: the last one of a VM, or the router's own. Confined to one event loop. */
final class ClientAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(ClientAnswer.class);
    private static final String IN_DOUBT = "in-doubt";

    private final WorkerContext worker;
    private final Submission submission;
    private final Client client;
    private final AttemptHistory history;
    private @Nullable VmAnswer last;

    ClientAnswer(WorkerContext worker, Submission submission, Client client, AttemptHistory history) {
        this.worker = worker;
        this.submission = submission;
        this.client = client;
        this.history = history;
    }

    /** Keeps a VM's answer and discards the previous one. */
    void keep(VmAnswer answer) {
        discard();
        last = answer;
    }

    /** Discards the last VM's answer. */
    void discard() {
        if (last != null) {
            last.discardRest();
        }
    }

    /** The last VM's answer; null when none has answered. */
    @Nullable
    VmAnswer last() {
        return last;
    }

    /** Sends an answer of the router's own. */
    void say(Reply reply) {
        worker.counters().count(reply, history.inDoubt());
        if (reply == Reply.QUARANTINED && history.last() != null) { // its repetitions find it in quarantine
            LOG.warn(
                    "VMs died one after the other over Idempotency-Key {} (request {}, trace {}): it is in quarantine for {} s",
                    submission.key(),
                    client.id(),
                    client.record().traceId(),
                    ResubmissionPolicy.QUARANTINE_MILLIS / 1000);
        }
        RouterResponses.cause(reply).tell(client.record()::ends);
        RouterResponses.Text text = RouterResponses.of(reply, submission.key());
        boolean doubt = RouterResponses.inDoubt(reply) || history.inDoubt();
        client.say(
                text.status(),
                text.text(),
                RouterResponses.retryAfterSeconds(reply),
                info(doubt ? IN_DOUBT : null, null));
    }

    /** Passes a VM's answer on; an upgrade switches the connection to its protocol. */
    void pass(VmAnswer answer) {
        Upgraded upgraded = answer.upgraded();
        if (upgraded != null) {
            worker.tunnels().open(client, answer, upgraded, info(null, null));
            return;
        }
        Outcome outcome = answer.outcome();
        String word = outcome == null || outcome.effect() != Outcome.Effect.FINAL
                ? history.inDoubt() ? IN_DOUBT : null
                : outcome.word();
        client.pass(answer, info(word, answer.committed() ? Durability.LOCAL : null));
    }

    /** The client has disconnected and gets no answer. */
    void left() {
        Outcome outcome = last == null ? null : last.outcome();
        discard();
        client.record().left(info(outcome == null ? history.inDoubt() ? IN_DOUBT : null : outcome.word(), null));
    }

    /**
     * The router stops before there is an answer.
     *
     * @param doubt whether the submission may have been executed
     */
    void cutOff(boolean doubt) {
        client.record().cutOff(info(doubt ? IN_DOUBT : null, null));
    }

    private ResponseInfo info(@Nullable String outcome, @Nullable Durability durability) {
        return ResponseInfo.of(submission.key(), history, outcome, durability);
    }
}
