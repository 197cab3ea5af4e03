package io.gemel.router.exchange;

import io.gemel.router.api.Durability;
import io.gemel.router.client.Client;
import io.gemel.router.client.Passage;
import io.gemel.router.client.Submission;
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
import io.gemel.router.decision.RequestQueues;
import io.gemel.router.decision.SiteView;
import io.gemel.router.exchange.ExchangeStage.CatchingUp;
import io.gemel.router.exchange.ExchangeStage.Done;
import io.gemel.router.exchange.ExchangeStage.Sent;
import io.gemel.router.exchange.ExchangeStage.Settling;
import io.gemel.router.exchange.ExchangeStage.Waiting;
import io.vertx.core.MultiMap;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One submission, from the arrival of its request to the answer. Confined to one event loop. */
public final class Exchange implements RequestQueue.Waiting {
    /** A VM may be so late with saying that it was too late. */
    private static final long GRACE_MILLIS = 250;

    private final WorkerContext worker;
    private final Submission submission;
    private final Client client;
    private final Consumer<Exchange> onDone;
    private final KeyState keyState;
    private final AttemptHistory history;
    private final ClientAnswer answer;
    private final CurrentStage stage;
    private long sinceMillis;

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
        answer = new ClientAnswer(worker, submission, client, history);
        stage = new CurrentStage(worker.counters().waiting, submission.group().waiting(), new Waiting(sinceMillis));
    }

    public void start() {
        client.record().enters(Passage.Phase.QUEUE);
        submission.group().budget().request(sinceMillis);
        stage.begin();
        RequestQueues queues = submission.group().queues();
        if (history.isFresh() && queues.haveFresh()) {
            take(worker.dispatcher().behindOthers(history, queues, sinceMillis), sinceMillis);
        } else {
            decide();
        }
    }

    private RequestQueue queue() {
        return worker.queues().of(submission.group());
    }

    @Override
    public void look() {
        if (stage.now() instanceof Waiting) {
            decide();
        }
    }

    /** Time passes. */
    public void tick(long nowMillis) {
        long overdueMillis = history.deadlineMillis() + GRACE_MILLIS;
        if (stage.now() instanceof Waiting waiting && nowMillis >= waiting.untilMillis()) {
            decide();
        } else if (stage.now() instanceof Sent sent) {
            if (!sent.attempt().endIfLost() && nowMillis >= overdueMillis) {
                overdue(sent.attempt());
            }
        } else if (stage.now() instanceof Settling settling) {
            settling.durability().tick(overdueMillis, nowMillis);
        }
    }

    /** The client has gone. What may change something goes on to its end, if it has come whole; nobody sends it again. */
    public void clientGone() {
        if (stage.now() instanceof Waiting) {
            left();
        } else if (stage.now() instanceof Sent sent && (submission.safe() || submission.isComing())) {
            note(sent.attempt(), sent.attempt().giveUp());
            left();
        }
    }

    /**
     * Decides on the next step and takes it: {@link #pick} a VM, {@link #send}, {@link #settle} until the commit is durable, {@link #answer}. After a wait
     * or a lost attempt it decides again.
     */
    private void decide() {
        long now = worker.awake().millis();
        take(worker.dispatcher().decide(history, sinceMillis, now), now);
    }

    private void take(Decision decision, long now) {
        decision.match(answer -> answer(answer.reply()), wait -> await(wait, now), send -> pick(send, now));
    }

    private void await(Wait wait, long now) {
        stage.enter(new Waiting(wait.untilMillis()));
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

    private void catchUp(long leftMillis) {
        stage.enter(new CatchingUp());
        Fleet fleet = worker.fleet();
        SiteView site = fleet.site(lastAttempt().site());
        SiteView origin = fleet.site(fleet.ownSite());
        worker.catchUps().caughtUp(site, origin, leftMillis).onSuccess(caughtUp -> {
            stage.enter(new Waiting(worker.awake().millis()));
            if (client.gone()) {
                left();
            } else if (caughtUp) {
                history.catchUp();
                keyState.beginAnew();
                answer.discard();
                decide();
            } else {
                answer(Reply.LAST_ANSWER);
            }
        });
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

    private void send(Assignment to) {
        queue().remove(this);
        client.record().enters(Passage.Phase.VM);
        if (history.last() != null) {
            (history.inDoubt() ? worker.counters().resubmitted : worker.counters().retried).increment();
        }
        MultiMap headers = headers(to.vm().name());
        if (submission.keyGiven()) {
            remember(to.vm().site());
        }
        OpenAttempt attempt = new OpenAttempt(worker, submission, to, this::ended);
        stage.enter(new Sent(attempt));
        attempt.send(headers);
    }

    /** @param vm that gets them; {@code -} for whichever is asked whether what another did lasts */
    private MultiMap headers(String vm) {
        MultiMap headers = VmHeaders.of(submission, client, worker.scheme(), worker.hostPreserve());
        long leftMillis = history.deadlineMillis() - worker.awake().millis();
        keyState.claim(headers, submission.fingerprint(), worker.clock().millis(), leftMillis);
        client.record().traces(vm, headers);
        return headers;
    }

    private void ended(OpenAttempt attempt, AttemptResult result, @Nullable VmAnswer said) {
        if (said != null) {
            answer.keep(said);
        }
        note(attempt, result);
        stage.enter(new Waiting(sinceMillis));
        if (client.gone()) {
            left();
        } else {
            decide();
        }
    }

    private void note(OpenAttempt attempt, AttemptResult result) {
        sinceMillis = worker.awake().millis();
        client.record().returns(result);
        history.add(attempt.closed(result, sinceMillis));
    }

    /** The deadline has passed, and the VM says nothing: nobody knows, unless nothing had been sent. */
    private void overdue(OpenAttempt silent) {
        AttemptResult result = silent.giveUp();
        client.record().ends(Passage.Cause.VM_SLOW, Passage.Phase.VM);
        note(silent, result);
        if (result.nothingHappened()) {
            answer(history.inDoubt() ? Reply.IN_DOUBT : Reply.LATE);
            return;
        }
        boolean kept = submission.keptBy(silent.vm());
        answer(submission.safe() ? Reply.UNANSWERED : kept ? Reply.IN_DOUBT : Reply.LOST);
    }

    private void answer(Reply reply) {
        queue().remove(this);
        VmAnswer last = answer.last();
        if (reply == Reply.LAST_ANSWER && last != null) {
            pass(last);
            return;
        }
        answer.discard();
        if (reply == Reply.QUARANTINED) {
            remember(Objects.requireNonNullElse(history.home(), ""));
        }
        done();
        answer.say(reply);
    }

    /** A VM's answer goes to the client as soon as what it did is as durable as that asks. */
    private void pass(VmAnswer last) {
        worker.counters().count(last.outcome());
        if (last.rest() != null) {
            worker.tunnels().watch(last.rest());
        }
        if (last.committed() && submission.level() != Durability.LOCAL) {
            settle(last);
        } else {
            done();
            answer.pass(last);
        }
    }

    private void settle(VmAnswer last) {
        client.record().enters(Passage.Phase.DURABILITY);
        DurabilityWait durability = new DurabilityWait(
                worker, submission, client, history, lastAttempt().site(), last, () -> headers("-"), this::done);
        stage.enter(new Settling(durability));
        durability.start();
    }

    private Attempt lastAttempt() {
        return Objects.requireNonNull(history.last(), "it was sent somewhere");
    }

    private void left() {
        answer.left();
        done();
    }

    /** The router ends, and nobody will answer its client. */
    public void cutOff() {
        if (!(stage.now() instanceof Done)) {
            answer.cutOff(history.inDoubt() || (stage.now() instanceof Sent && !submission.safe()));
        }
    }

    /** Where it may run, so that the client's repetition asks there. */
    private void remember(String site) {
        keyState.remember(site, history.deaths(worker.fleet()), worker.awake().millis());
    }

    /** Nothing is to be done any more but answer: with HTTP/2 its client's stream ends by that, and nobody has left. */
    private void done() {
        if (stage.now() instanceof Done) {
            return;
        }
        stage.enter(new Done());
        queue().remove(this);
        String home = history.home();
        if (history.inDoubt() && home != null) {
            remember(home);
        } else if (history.nothingHappened()) {
            keyState.forget();
        }
        onDone.accept(this);
    }
}
