package io.gemel.router.exchange;

import io.gemel.router.api.Durability;
import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.decision.SiteView;
import io.gemel.router.http.SiteClient;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes sites apply what others have committed. Concurrent waits share one request, because each covers all earlier
 * commits. Confined to one event loop.
 */
public final class CatchUps {
    /** Longest wait for each of the two steps: that it is shipped, and that it is applied. */
    static final long STEP_MAX_MILLIS = 1000;

    private final SiteClient sites;
    private final Map<Pair, Question> questions = new HashMap<>();

    /** Which site lacks what of which other one. */
    private record Pair(SiteView site, SiteView origin) {}

    public CatchUps(SiteClient sites) {
        this.sites = sites;
    }

    /**
     * Has a site apply what another one has committed until now, as far as that can still be had.
     *
     * @param leftMillis time that is left of the request, half of which shall suffice to send it again
     * @return whether it has; never fails
     */
    Future<Boolean> caughtUp(SiteView site, SiteView origin, long leftMillis) {
        return questions
                .computeIfAbsent(new Pair(site, origin), Question::new)
                .joined()
                .timeout(Math.max(1, leftMillis / 2), TimeUnit.MILLISECONDS)
                .otherwise(false);
    }

    /** One is asked at a time; who comes meanwhile shares the next one. */
    private final class Question {
        private final Pair pair;
        private @Nullable Promise<Boolean> next;
        private boolean asking;

        Question(Pair pair) {
            this.pair = pair;
        }

        Future<Boolean> joined() {
            Promise<Boolean> promise = next;
            if (promise == null) {
                promise = Promise.promise();
                next = promise;
            }
            if (!asking) {
                ask(promise);
            }
            return promise.future();
        }

        private void ask(Promise<Boolean> asked) {
            asking = true;
            next = null;
            answer().onComplete(done -> {
                asking = false;
                Promise<Boolean> waiting = next;
                if (waiting != null) {
                    ask(waiting);
                }
                asked.complete(done.succeeded() && done.result());
            });
        }

        private Future<Boolean> answer() {
            SiteView origin = pair.origin();
            Future<?> shipped = origin.state() == SiteState.DOWN
                    ? Future.succeededFuture()
                    : sites.durable(origin.config(), Durability.SHIPPED, STEP_MAX_MILLIS);
            // A site that cannot say so may have sent it all the same.
            return shipped.transform(unused -> sites.barrier(pair.site().config(), origin.name(), STEP_MAX_MILLIS))
                    .map(answer -> answer.flag("passed", false));
        }
    }
}
