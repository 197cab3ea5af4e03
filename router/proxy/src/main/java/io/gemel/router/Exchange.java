package io.gemel.router;

import io.gemel.router.RouterConfig.Durability;
import io.gemel.router.Step.Reply;
import io.gemel.router.VmCall.Result;
import io.vertx.core.MultiMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One submission from the moment its request has come until its client is answered. Confined to one event loop. */
final class Exchange {
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

    private final Means means;
    private final Submission submission;
    private final Client client;
    private final Consumer<Exchange> onDone;
    private final KeyHistory history;
    private final Course course;
    private Stage stage = Stage.WAITING;
    private long sinceMillis;
    private long lookMillis;
    private long deathsBefore;
    private long sentNanos;
    private int calls;
    private Move.@Nullable Dispatch dispatch;
    private @Nullable VmCall call;
    private @Nullable VmAnswer lastAnswer;
    private @Nullable Settlement settlement;

    /**
     * @param onDone called once, when the client is answered
     */
    Exchange(Means means, Submission submission, Client client, Consumer<Exchange> onDone) {
        this.means = means;
        this.submission = submission;
        this.client = client;
        this.onDone = onDone;
        sinceMillis = means.awake().millis();
        history = new KeyHistory(means.keys(), submission, sinceMillis);
        course = new Course(
                submission.safe(),
                submission.stream() == null,
                sinceMillis + submission.timeout().toMillis(),
                history.earlierSite(),
                history.earlierDeaths());
    }

    void start() {
        means.dispatcher().accepted(sinceMillis);
        means.figures().waiting.incrementAndGet();
        proceed();
    }

    /** Time passes. */
    void tick(long nowMillis) {
        if (stage == Stage.WAITING && nowMillis >= lookMillis) {
            proceed();
        } else if (stage == Stage.SENT && dispatch != null) {
            if (dispatch.vm().deaths() != deathsBefore) {
                if (call != null) {
                    call.abandon();
                }
                ended(new Ending.Broken());
            } else if (nowMillis >= course.deadlineMillis() + GRACE_MILLIS) {
                overdue();
            }
        } else if (settlement != null) {
            settlement.tick(course.deadlineMillis() + GRACE_MILLIS, nowMillis);
        }
    }

    /** The client has gone. What may change something goes on to its end; nobody sends it again. */
    void clientGone() {
        if (stage == Stage.WAITING) {
            left();
        } else if (stage == Stage.SENT && submission.safe()) {
            giveUp();
            left();
        }
    }

    private void proceed() {
        long now = means.awake().millis();
        Move move = means.dispatcher().next(course, sinceMillis, now);
        if (move instanceof Move.Await await) {
            lookMillis = await.untilMillis();
        } else if (move instanceof Move.Conclude conclude) {
            conclude(conclude.reply());
        } else if (move instanceof Move.CatchUp catchUp) {
            catchUp(catchUp.site(), catchUp.origin(), course.deadlineMillis() - now);
        } else {
            send((Move.Dispatch) move);
        }
    }

    private void catchUp(SiteView site, SiteView origin, long leftMillis) {
        stage = Stage.CATCHING_UP;
        means.durability().caughtUp(site, origin, leftMillis).onSuccess(caughtUp -> {
            stage = Stage.WAITING;
            if (client.gone()) {
                left();
            } else if (caughtUp) {
                course.catchUp();
                history.beginAnew();
                if (lastAnswer != null) {
                    lastAnswer.discardRest();
                }
                proceed();
            } else {
                conclude(Reply.LAST_ANSWER);
            }
        });
    }

    private void send(Move.Dispatch to) {
        stage = Stage.SENT;
        means.figures().waiting.decrementAndGet();
        Attempt last = course.last();
        if (last != null) {
            (course.inDoubt() ? means.figures().resubmitted : means.figures().retried).increment();
        }
        dispatch = to;
        deathsBefore = to.vm().deaths();
        sentNanos = System.nanoTime();
        MultiMap headers = headers();
        if (submission.keyGiven()) {
            remember(to.vm().site());
        }
        int number = ++calls;
        call = null;
        VmCall made = means.vms()
                .send(
                        to.vm(),
                        submission.method(),
                        submission.target().text(),
                        headers,
                        submission.body(),
                        submission.stream(),
                        submission.safe() || submission.stream() != null,
                        result -> received(number, result));
        if (number == calls && stage == Stage.SENT) {
            call = made;
        }
    }

    private MultiMap headers() {
        MultiMap headers = VmHeaders.of(submission, client, means.scheme(), means.hostPreserve());
        String key = submission.key();
        if (key != null) {
            long nowMillis = means.clock().millis();
            long left = course.deadlineMillis() - means.awake().millis();
            long attempt = history.nextAttempt(nowMillis);
            VmHeaders.claim(headers, key, attempt, history.firstAttempt(), nowMillis + left, submission.fingerprint());
        }
        return headers;
    }

    private void received(int number, Result result) {
        if (stage != Stage.SENT || number != calls) {
            return;
        }
        if (result instanceof Result.Answer answer) {
            lastAnswer = answer.answer();
            ended(new Ending.Answered(answer.answer().outcome()));
        } else if (result instanceof Result.NotSent notSent) {
            LOG.debug("not sent: {}", notSent.why());
            ended(new Ending.NotSent());
        } else if (result instanceof Result.Improper improper) {
            LOG.warn(
                    "VM {} gave no proper answer to {} {}: {}",
                    dispatch == null ? "" : dispatch.vm().name(),
                    submission.method(),
                    submission.target().plainPath(),
                    improper.why());
            ended(new Ending.Improper());
        } else {
            LOG.debug("broken: {}", ((Result.Broken) result).why());
            ended(new Ending.Broken());
        }
    }

    private void ended(Ending ending) {
        Move.Dispatch from = dispatch;
        if (from == null) {
            throw new IllegalStateException("no attempt is under way");
        }
        means.dispatcher().ended(from, ending, (System.nanoTime() - sentNanos) / 1e6);
        dispatch = null;
        call = null;
        note(from.vm(), ending);
        stage = Stage.WAITING;
        means.figures().waiting.incrementAndGet();
        if (client.gone()) {
            left();
        } else {
            proceed();
        }
    }

    private void left() {
        Outcome outcome = null;
        if (lastAnswer != null) {
            outcome = lastAnswer.outcome();
            lastAnswer.discardRest();
        }
        client.left(story(outcome == null ? course.inDoubt() ? "in-doubt" : null : outcome.word(), null));
        done();
    }

    private void note(VmState vm, Ending ending) {
        sinceMillis = means.awake().millis();
        course.add(
                new Attempt(vm.name(), vm.host(), vm.site(), deathsBefore, sinceMillis, submission.keptBy(vm), ending));
    }

    /** The deadline has passed, and the VM says nothing: nobody knows. */
    private void overdue() {
        Move.Dispatch from = dispatch;
        giveUp();
        if (from != null) {
            note(from.vm(), new Ending.Broken());
        }
        boolean kept = from != null && submission.keptBy(from.vm());
        conclude(submission.safe() ? Reply.UNANSWERED : kept ? Reply.IN_DOUBT : Reply.LOST);
    }

    /** Nobody waits for the attempt under way any more. */
    private void giveUp() {
        if (call != null) {
            call.abandon();
            call = null;
        }
        if (dispatch != null) {
            means.dispatcher().abandoned(dispatch);
            dispatch = null;
        }
    }

    private void conclude(Reply reply) {
        VmAnswer answer = lastAnswer;
        if (reply == Reply.LAST_ANSWER && answer != null) {
            answered(answer);
            return;
        }
        means.figures().count(reply, course.inDoubt());
        if (reply == Reply.QUARANTINED) {
            String home = course.home();
            remember(home == null ? "" : home);
            LOG.warn(
                    "VMs died one after the other over Idempotency-Key {}: it is sent to none for {} s",
                    submission.key(),
                    Rules.QUARANTINE_MILLIS / 1000);
        }
        Replies.Text text = Replies.of(reply, submission.key());
        boolean doubt = Replies.inDoubt(reply) || course.inDoubt();
        client.say(
                text.status(), text.text(), Replies.retryAfterSeconds(reply), story(doubt ? "in-doubt" : null, null));
        done();
    }

    private void answered(VmAnswer answer) {
        Outcome outcome = answer.outcome();
        boolean committed = outcome == Outcome.EXECUTED || outcome == Outcome.REPLAYED;
        means.figures().count(outcome);
        if (committed && submission.level() != Durability.LOCAL) {
            settle(answer);
            return;
        }
        String word = outcome == null || outcome.effect() != Outcome.Effect.FINAL
                ? course.inDoubt() ? "in-doubt" : null
                : outcome.word();
        client.pass(answer, story(word, committed ? Durability.LOCAL : null));
        done();
    }

    private void settle(VmAnswer answer) {
        leaveWaiting();
        stage = Stage.SETTLING;
        Attempt last = course.attempts().get(course.attempts().size() - 1);
        settlement = new Settlement(means, submission, client, course, last.site(), answer, this::headers, this::done);
        settlement.start();
    }

    private Story story(@Nullable String outcome, @Nullable Durability durability) {
        return Story.of(submission.key(), course, outcome, durability);
    }

    /** Where it may run, so that the client's repetition asks there. */
    private void remember(String site) {
        history.remember(site, course.deaths(means.fleet()), means.awake().millis());
    }

    private void leaveWaiting() {
        if (stage == Stage.WAITING) {
            means.figures().waiting.decrementAndGet();
        }
    }

    private void done() {
        if (stage == Stage.DONE) {
            return;
        }
        leaveWaiting();
        stage = Stage.DONE;
        String home = course.home();
        if (course.inDoubt() && home != null) {
            remember(home);
        } else if (course.nothingHappened()) {
            history.forget();
        }
        onDone.accept(this);
    }
}
