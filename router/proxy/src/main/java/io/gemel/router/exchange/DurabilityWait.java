package io.gemel.router.exchange;

import io.gemel.router.api.Durability;
import io.gemel.router.client.Client;
import io.gemel.router.client.ResponseInfo;
import io.gemel.router.client.RouterResponses;
import io.gemel.router.client.Submission;
import io.gemel.router.client.VmAnswer;
import io.gemel.router.decision.AttemptHistory;
import io.gemel.router.decision.Outcome;
import io.gemel.router.decision.SiteView;
import io.gemel.router.decision.VmState;
import io.gemel.router.exchange.VmCall.Result;
import io.vertx.core.MultiMap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until a committed submission is as durable as its client asks, and then tells the answer that lasts. That need not be the
 * one that came first: when the submission also ran at another site, this attempt may have become void while it was
 * applied there. So once both sites have it, it is asked for again. Confined to one event loop.
 */
final class DurabilityWait {
    private static final Logger LOG = LoggerFactory.getLogger(DurabilityWait.class);

    private final WorkerContext worker;
    private final Submission submission;
    private final Client client;
    private final AttemptHistory history;
    private final String site;
    private final VmAnswer answer;
    private final Supplier<MultiMap> headers;
    private final Runnable onEnd;
    private final long sinceMillis;
    private final Deque<VmState> toAsk = new ArrayDeque<>();
    private @Nullable VmAttempt asked;

    /**
     * @param site where it was committed
     * @param answer the first one
     * @param headers of one more attempt
     * @param onEnd called once, when the client is answered
     */
    DurabilityWait(
            WorkerContext worker,
            Submission submission,
            Client client,
            AttemptHistory history,
            String site,
            VmAnswer answer,
            Supplier<MultiMap> headers,
            Runnable onEnd) {
        this.worker = worker;
        this.submission = submission;
        this.client = client;
        this.history = history;
        this.site = site;
        this.answer = answer;
        this.headers = headers;
        this.onEnd = onEnd;
        sinceMillis = worker.awake().millis();
    }

    void start() {
        worker.durability().await(worker.fleet().site(site), submission.level()).onSuccess(missed -> {
            String key = submission.key();
            if (!missed.isEmpty()) {
                miss(missed);
            } else if (submission.level() == Durability.APPLIED && key != null) {
                lookForParked(key);
            } else {
                tell(answer, answer.outcome());
            }
        });
    }

    /** The other sites have had it. It has no effect there while it is parked, and whoever is asked for it then would carry it out. */
    private void lookForParked(String key) {
        List<SiteView> others = worker.fleet().sites().stream()
                .filter(other -> !other.name().equals(site))
                .toList();
        long left = sinceMillis
                + worker.durability().timeoutMillis()
                - worker.awake().millis();
        worker.durability().parked(site, key, others, Math.max(1, left)).onSuccess(missed -> {
            if (!missed.isEmpty()) {
                miss(missed);
            } else if (mayHaveRunTwice() && !client.gone()) {
                askAgain();
            } else {
                tell(answer, answer.outcome());
            }
        });
    }

    private void askAgain() {
        worker.fleet().vms().forEach(vm -> {
            if (!vm.serves(submission.group().name())) {
                return; // another application would not know what it is asked
            }
            if (vm.site().equals(site)) {
                toAsk.addFirst(vm);
            } else {
                toAsk.addLast(vm);
            }
        });
        askNext("no VM can be asked");
    }

    /** Time passes. */
    void tick(long overdueMillis, long nowMillis) {
        VmAttempt open = asked;
        if (open == null) {
            return;
        }
        if (nowMillis >= overdueMillis) {
            giveUp(open);
            miss(unconfirmed("the deadline has passed"));
        } else if (open.isLost()) {
            giveUp(open);
            askNext("VM " + open.vm().name() + " died");
        }
    }

    /** A body that was not kept was sent once. */
    private boolean mayHaveRunTwice() {
        return submission.stream() == null
                && (submission.keyGiven() || history.attempts().size() > 1);
    }

    private void giveUp(VmAttempt open) {
        asked = null;
        open.abandon();
    }

    /** Whoever has the key now replays it, whatever the site: it is applied at both. */
    private void askNext(String otherwise) {
        VmState next = toAsk.poll();
        while (next != null && !next.usable()) {
            next = toAsk.poll();
        }
        if (next == null) {
            miss(unconfirmed(otherwise));
            return;
        }
        VmState vm = next;
        VmAttempt open = new VmAttempt(vm, this::heard);
        asked = open;
        open.begin(onEnd -> worker.vms().ask(vm, submission, headers.get(), onEnd));
    }

    private void heard(Result result) {
        asked = null;
        if (result instanceof Result.Answer again && again.answer().outcome() == Outcome.REPLAYED) {
            boolean same = again.answer().body().equals(answer.body());
            answer.discardRest();
            tell(again.answer(), same ? answer.outcome() : Outcome.REPLAYED);
        } else {
            LOG.debug("{} was not replayed: {}", submission.key(), result);
            askNext("no VM replays it");
        }
    }

    private static String unconfirmed(String why) {
        return "it is not known whether this attempt or one at another site stands (" + why + ")";
    }

    private void miss(String missed) {
        worker.counters().durabilityMissed.increment();
        answer.discardRest();
        end(() -> client.say(504, RouterResponses.notDurable(site, missed), info(answer.outcome(), Durability.LOCAL)));
    }

    private void tell(VmAnswer told, @Nullable Outcome outcome) {
        end(() -> client.pass(told, info(outcome, submission.level())));
    }

    private ResponseInfo info(@Nullable Outcome outcome, Durability reached) {
        return ResponseInfo.of(submission.key(), history, outcome == null ? null : outcome.word(), reached);
    }

    private void end(Runnable say) {
        if (client.gone()) {
            answer.discardRest();
            client.record().left(info(answer.outcome(), Durability.LOCAL));
        } else {
            say.run();
        }
        onEnd.run();
    }
}
