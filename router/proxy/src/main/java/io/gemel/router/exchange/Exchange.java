package io.gemel.router.exchange;

import io.gemel.router.api.RouterConfig.Durability;
import io.gemel.router.client.Client;
import io.gemel.router.client.Passage;
import io.gemel.router.client.ResponseInfo;
import io.gemel.router.client.RouterResponses;
import io.gemel.router.client.Submission;
import io.gemel.router.client.Upgraded;
import io.gemel.router.client.VmAnswer;
import io.gemel.router.decision.Assignment;
import io.gemel.router.decision.Attempt;
import io.gemel.router.decision.AttemptHistory;
import io.gemel.router.decision.AttemptResult;
import io.gemel.router.decision.Decision;
import io.gemel.router.decision.Decision.Reply;
import io.gemel.router.decision.Decision.Send;
import io.gemel.router.decision.Decision.Wait;
import io.gemel.router.decision.Destination;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.Outcome;
import io.gemel.router.decision.RequestQueues;
import io.gemel.router.decision.ResubmissionPolicy;
import io.gemel.router.decision.SiteView;
import io.vertx.core.MultiMap;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One submission, from the arrival of its request to the answer. Confined to one event loop. */
public final class Exchange implements RequestQueue.Waiting {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** A VM may be so late with saying that it was too late. */
    private static final long GRACE_MILLIS = 250;

    private enum Stage {
        /** It is sent nowhere. */
        WAITING,
        /** A VM has it. */
        SENT,
        /** A site that declined it applies what it may have missed. */
        CATCHING_UP,
        /** It is committed, and waits to be durable. */
        SETTLING,
        /** The client is answered. */
        DONE
    }

    private final WorkerContext worker;
    private final Submission submission;
    private final Client client;
    private final Consumer<Exchange> onDone;
    private final KeyState keyState;
    private final AttemptHistory history;
    private Stage stage = Stage.WAITING;
    private long sinceMillis;
    private long lookMillis;
    private @Nullable OpenAttempt attempt;
    private @Nullable VmAnswer lastAnswer;
    private @Nullable DurabilityWait durabilityWait;

    /**
     * @param onDone called once, when the client is answered
     */
    public Exchange(WorkerContext worker, Submission submission, Client client, Consumer<Exchange> onDone) {
        this.worker = worker;
        this.submission = submission;
        this.client = client;
        this.onDone = onDone;
        sinceMillis = worker.awake().millis();
        keyState = new KeyState(worker.keys(), submission, sinceMillis);
        history = new AttemptHistory(
                new Destination(submission.group().name(), submission.wanted()),
                submission.safe(),
                submission.stream() == null,
                sinceMillis + submission.timeout().toMillis(),
                keyState.earlierSite(),
                keyState.earlierDeaths());
    }

    public void start() {
        client.record().enters(Passage.Phase.QUEUE);
        submission.group().budget().request(sinceMillis);
        waits(1);
        RequestQueues queues = submission.group().queues();
        if (history.isFresh() && queues.haveFresh()) {
            take(worker.dispatcher().behindOthers(history, queues, sinceMillis), sinceMillis);
        } else {
            proceed();
        }
    }

    /** Counts whether it is sent nowhere. */
    private void waits(int difference) {
        worker.counters().waiting.addAndGet(difference);
        submission.group().waiting().addAndGet(difference);
    }

    private RequestQueue queue() {
        return worker.queues().of(submission.group());
    }

    @Override
    public void look() {
        if (stage == Stage.WAITING) {
            proceed();
        }
    }

    /** Time passes. */
    public void tick(long nowMillis) {
        if (stage == Stage.WAITING && nowMillis >= lookMillis) {
            proceed();
        } else if (attempt != null) {
            if (!attempt.endIfLost() && nowMillis >= history.deadlineMillis() + GRACE_MILLIS) {
                overdue(attempt);
            }
        } else if (durabilityWait != null) {
            durabilityWait.tick(history.deadlineMillis() + GRACE_MILLIS, nowMillis);
        }
    }

    /** The client has gone. What may change something goes on to its end, if it has come whole; nobody sends it again. */
    public void clientGone() {
        if (stage == Stage.WAITING) {
            left();
        } else if (attempt != null && (submission.safe() || submission.isComing())) {
            note(attempt.giveUp());
            left();
        }
    }

    /** What is to be done now is decided, and done. */
    private void proceed() {
        long now = worker.awake().millis();
        take(worker.dispatcher().decide(history, sinceMillis, now), now);
    }

    private void take(Decision decision, long now) {
        decision.match(answer -> conclude(answer.reply()), wait -> await(wait, now), send -> pick(send, now));
    }

    private void await(Wait wait, long now) {
        lookMillis = wait.untilMillis();
        switch (wait.what()) {
            case ROOM -> queue().add(this, false, now);
            case ROOM_IN_TURN -> queue().add(this, true, now);
            case TIME -> queue().remove(this);
            case CATCH_UP -> {
                queue().remove(this);
                catchUp(wait.untilMillis() - now);
            }
        }
    }

    private void pick(Send send, long now) {
        worker.dispatcher()
                .pick(
                        history,
                        submission.group().budget(),
                        send.traffic(),
                        sinceMillis,
                        now,
                        this::send,
                        instead -> take(instead, now));
    }

    private void catchUp(long leftMillis) {
        stage = Stage.CATCHING_UP;
        Fleet fleet = worker.fleet();
        SiteView site = fleet.site(lastAttempt().site());
        SiteView origin = fleet.site(fleet.ownSite());
        worker.catchUps().caughtUp(site, origin, leftMillis).onSuccess(caughtUp -> {
            stage = Stage.WAITING;
            if (client.gone()) {
                left();
            } else if (caughtUp) {
                history.catchUp();
                keyState.beginAnew();
                discardLast();
                proceed();
            } else {
                conclude(Reply.LAST_ANSWER);
            }
        });
    }

    private void send(Assignment to) {
        queue().remove(this);
        stage = Stage.SENT;
        client.record().enters(Passage.Phase.VM);
        waits(-1);
        Attempt last = history.last();
        if (last != null) {
            (history.inDoubt() ? worker.counters().resubmitted : worker.counters().retried).increment();
        }
        MultiMap headers = headers();
        if (submission.keyGiven()) {
            remember(to.vm().site());
        }
        client.record().traces(to.vm().name(), headers);
        OpenAttempt sent = new OpenAttempt(worker, submission, to, this::ended);
        attempt = sent;
        sent.send(headers);
    }

    private MultiMap headers() {
        MultiMap headers = VmHeaders.of(submission, client, worker.scheme(), worker.hostPreserve());
        String key = submission.key();
        if (key != null) {
            long nowMillis = worker.clock().millis();
            long left = history.deadlineMillis() - worker.awake().millis();
            long attempt = keyState.nextAttempt(nowMillis);
            VmHeaders.claim(headers, key, attempt, keyState.firstAttempt(), nowMillis + left, submission.fingerprint());
        }
        return headers;
    }

    /** For the question whether what it did lasts; any VM may answer that. */
    private MultiMap headersAgain() {
        MultiMap headers = headers();
        client.record().traces("-", headers);
        return headers;
    }

    private void ended(AttemptResult result, @Nullable VmAnswer answer) {
        if (answer != null) {
            discardLast();
            lastAnswer = answer;
        }
        note(result);
        stage = Stage.WAITING;
        waits(1);
        if (client.gone()) {
            left();
        } else {
            proceed();
        }
    }

    /** The router ends, and nobody will answer its client. */
    public void cutOff() {
        if (stage != Stage.DONE) {
            client.record()
                    .cutOff(info(
                            history.inDoubt() || (stage == Stage.SENT && !submission.safe()) ? "in-doubt" : null,
                            null));
        }
    }

    private void discardLast() {
        if (lastAnswer != null) {
            lastAnswer.discardRest();
        }
    }

    private void left() {
        Outcome outcome = lastAnswer == null ? null : lastAnswer.outcome();
        discardLast();
        client.record().left(info(outcome == null ? history.inDoubt() ? "in-doubt" : null : outcome.word(), null));
        done();
    }

    private void note(AttemptResult result) {
        OpenAttempt open = Objects.requireNonNull(attempt, "no attempt is under way");
        sinceMillis = worker.awake().millis();
        client.record().returns(result);
        history.add(open.closed(result, sinceMillis));
        attempt = null;
    }

    /** The deadline has passed, and the VM says nothing: nobody knows, unless nothing had been sent. */
    private void overdue(OpenAttempt silent) {
        AttemptResult result = silent.giveUp();
        client.record().ends(Passage.Cause.VM_SLOW, Passage.Phase.VM);
        note(result);
        if (result.nothingHappened()) {
            conclude(history.inDoubt() ? Reply.IN_DOUBT : Reply.LATE);
            return;
        }
        boolean kept = submission.keptBy(silent.vm());
        conclude(submission.safe() ? Reply.UNANSWERED : kept ? Reply.IN_DOUBT : Reply.LOST);
    }

    private void conclude(Reply reply) {
        queue().remove(this);
        VmAnswer answer = lastAnswer;
        if (reply == Reply.LAST_ANSWER && answer != null) {
            answered(answer);
            return;
        }
        discardLast();
        worker.counters().count(reply, history.inDoubt());
        if (reply == Reply.QUARANTINED) {
            String home = history.home();
            remember(home == null ? "" : home);
            if (history.last() != null) { // its repetitions find it in quarantine
                LOG.warn(
                        "VMs died one after the other over Idempotency-Key {} (request {}, trace {}): it is sent to none for {} s",
                        submission.key(),
                        client.id(),
                        client.record().traceId(),
                        ResubmissionPolicy.QUARANTINE_MILLIS / 1000);
            }
        }
        RouterResponses.cause(reply).tell(client.record()::ends);
        RouterResponses.Text text = RouterResponses.of(reply, submission.key());
        boolean doubt = RouterResponses.inDoubt(reply) || history.inDoubt();
        done();
        client.say(
                text.status(),
                text.text(),
                RouterResponses.retryAfterSeconds(reply),
                info(doubt ? "in-doubt" : null, null));
    }

    private void answered(VmAnswer answer) {
        Outcome outcome = answer.outcome();
        boolean committed = outcome == Outcome.EXECUTED || outcome == Outcome.REPLAYED;
        worker.counters().count(outcome);
        if (answer.rest() != null) {
            worker.tunnels().watch(answer.rest());
        }
        if (committed && submission.level() != Durability.LOCAL) {
            settle(answer);
            return;
        }
        done();
        Upgraded upgraded = answer.upgraded();
        if (upgraded != null) {
            worker.tunnels().open(client, answer, upgraded, info(null, null));
            return;
        }
        String word = outcome == null || outcome.effect() != Outcome.Effect.FINAL
                ? history.inDoubt() ? "in-doubt" : null
                : outcome.word();
        client.pass(answer, info(word, committed ? Durability.LOCAL : null));
    }

    private void settle(VmAnswer answer) {
        leaveWaiting();
        stage = Stage.SETTLING;
        client.record().enters(Passage.Phase.DURABILITY);
        durabilityWait = new DurabilityWait(
                worker, submission, client, history, lastAttempt().site(), answer, this::headersAgain, this::done);
        durabilityWait.start();
    }

    private Attempt lastAttempt() {
        return Objects.requireNonNull(history.last(), "it was sent somewhere");
    }

    private ResponseInfo info(@Nullable String outcome, @Nullable Durability durability) {
        return ResponseInfo.of(submission.key(), history, outcome, durability);
    }

    /** Where it may run, so that the client's repetition asks there. */
    private void remember(String site) {
        keyState.remember(site, history.deaths(worker.fleet()), worker.awake().millis());
    }

    private void leaveWaiting() {
        if (stage == Stage.WAITING) {
            waits(-1);
        }
    }

    /** Nothing is to be done any more but answer: with HTTP/2 its client's stream ends by that, and nobody has left. */
    private void done() {
        if (stage == Stage.DONE) {
            return;
        }
        leaveWaiting();
        queue().remove(this);
        stage = Stage.DONE;
        String home = history.home();
        if (history.inDoubt() && home != null) {
            remember(home);
        } else if (history.nothingHappened()) {
            keyState.forget();
        }
        onDone.accept(this);
    }
}
