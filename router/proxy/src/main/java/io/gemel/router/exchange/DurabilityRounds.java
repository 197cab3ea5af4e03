package io.gemel.router.exchange;

import io.gemel.router.api.Durability;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.SiteView;
import io.gemel.router.http.SiteClient;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Waits until commits have reached the requested durability. Concurrent waits share one request to the site's process,
 * because each covers all earlier commits. Confined to one event loop.
 */
public final class DurabilityRounds {
    /** Questions to one site at once; who comes later shares the next one. */
    static final int ROUNDS_MAX = 4;

    /** Before a question that was not answered is asked again. */
    private static final long PAUSE_MILLIS = 50;

    /** By so much a question ends before those who wait give up, so that they can be told why; a fifth of a short time. */
    private static final long MARGIN_MILLIS = 200;

    private static final String NO_ANSWER = "its process has not answered";

    private final Vertx vertx;
    private final SiteClient sites;
    private final Settings settings;
    private final Map<Level, Rounds> rounds = new HashMap<>();

    private record Level(SiteView site, Durability durability) {}

    private static final class Rounds {
        private final Deque<Promise<String>> waiting = new ArrayDeque<>();
        private String reason = NO_ANSWER;
        private int running;
    }

    public DurabilityRounds(Vertx vertx, SiteClient sites, Settings settings) {
        this.vertx = vertx;
        this.sites = sites;
        this.settings = settings;
    }

    /**
     * Waits for what is committed at a site by now.
     *
     * @return empty text once the level is reached, else why it was not reached in time; never fails
     */
    Future<String> await(SiteView site, Durability durability) {
        long timeoutMillis = timeoutMillis();
        Level level = new Level(site, durability);
        Rounds here = rounds.computeIfAbsent(level, unused -> new Rounds());
        Promise<String> promise = Promise.promise();
        here.waiting.addLast(promise);
        String late = "not " + durability.word() + " within " + timeoutMillis + " ms";
        long timer = vertx.setTimer(timeoutMillis, unused -> promise.tryComplete(late + " (" + here.reason + ")"));
        startRound(level, here);
        return promise.future().onComplete(unused -> vertx.cancelTimer(timer));
    }

    /**
     * Asks where a key's transaction came to whether it is parked: a log counts as applied with what is parked of it.
     *
     * @param origin where it was committed
     * @param limitMillis longest wait
     * @return empty text when it is parked nowhere, else why that cannot be said; never fails
     */
    Future<String> parked(String origin, String key, List<SiteView> others, long limitMillis) {
        List<Future<String>> said = others.stream()
                .map(site -> sites.barrier(site.config(), origin, key, limitMillis)
                        .map(answer -> answer.flag("passed", false) ? "" : answer.reason())
                        .otherwise(failure -> String.valueOf(failure.getMessage()))
                        .map(why ->
                                why.isEmpty() ? "" : "not known to be applied at " + site.name() + " (" + why + ")"))
                .toList();
        return Future.all(said).map(all -> String.join("", all.<String>list()));
    }

    /** Longest wait of one commit. */
    long timeoutMillis() {
        return settings.now().times().durabilityTimeout().toMillis();
    }

    private static String why(AsyncResult<SiteClient.Answer> asked) {
        return asked.succeeded()
                ? asked.result().reason()
                : String.valueOf(asked.cause().getMessage());
    }

    private void startRound(Level level, Rounds here) {
        if (here.running >= ROUNDS_MAX || here.waiting.isEmpty()) {
            return;
        }
        here.waiting.removeIf(promise -> promise.future().isComplete());
        List<Promise<String>> covered = new ArrayList<>(here.waiting);
        here.waiting.clear();
        if (covered.isEmpty()) {
            return;
        }
        here.running++;
        long timeoutMillis = timeoutMillis();
        long questionMillis = timeoutMillis - Math.min(MARGIN_MILLIS, timeoutMillis / 5);
        sites.durable(level.site().config(), level.durability(), questionMillis).onComplete(asked -> {
            boolean reached = asked.succeeded() && asked.result().flag("reached", false);
            here.reason = reached ? NO_ANSWER : why(asked);
            covered.removeIf(promise -> promise.future().isComplete());
            if (reached) {
                covered.forEach(promise -> promise.tryComplete(""));
            } else {
                // They ask again until their own time is over.
                covered.forEach(here.waiting::addFirst);
            }
            here.running--;
            if (reached) {
                startRound(level, here);
            } else {
                vertx.setTimer(PAUSE_MILLIS, unused -> startRound(level, here));
            }
        });
    }
}
