package io.gemel.router.fleet;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.PauseAwareClock;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Queries DNS for VMs periodically, ends expired registrations, and updates the router. On a dedicated event loop. */
public final class Discovery extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

    private static final long TICK_MILLIS = 100;

    private final Settings settings;
    private final FoundVms found;
    private final PauseAwareClock awake;
    private final Callable<String> follow;
    private final Map<String, String> said = new HashMap<>();
    private long nextMillis;
    private @Nullable RouterDiscovery asked;
    private Future<?> looking = Future.succeededFuture();

    /** @param follow takes what was found into the settings; waits */
    public Discovery(Settings settings, FoundVms found, PauseAwareClock awake, Callable<String> follow) {
        this.settings = settings;
        this.found = found;
        this.awake = awake;
        this.follow = follow;
    }

    /** Comes to life when DNS has been asked once: whoever starts knows its VMs then. */
    @Override
    public Future<?> start() {
        return look().onComplete(unused -> vertx.setPeriodic(TICK_MILLIS, tick -> look()));
    }

    private Future<?> look() {
        if (!looking.isComplete()) {
            return looking;
        }
        RouterConfig now = settings.now();
        boolean due = awake.millis() >= nextMillis || !now.discovery().equals(asked);
        boolean asks = due && !now.discovery().names().isEmpty();
        boolean ended = found.expire(now, awake.millis());
        if (!asks && !ended) {
            return Future.succeededFuture();
        }
        Future<?> answered = asks ? ask(now.discovery()) : Future.succeededFuture();
        looking = answered.compose(unused -> vertx.executeBlocking(follow, true))
                .<Object>map(done -> done)
                .recover(why -> {
                    LOG.warn("discovered VMs are rejected: {}", why.getMessage());
                    return Future.succeededFuture();
                })
                .onComplete(done -> {
                    tell(settings.now().discovery());
                    if (asks) {
                        nextMillis = awake.millis()
                                + settings.now().discovery().interval().toMillis();
                    }
                });
        return looking;
    }

    /** What is under way needs threads that are about to end. */
    @Override
    public Future<?> stop() {
        return looking;
    }

    private Future<?> ask(RouterDiscovery discovery) {
        asked = discovery;
        found.keep(discovery);
        return Future.join(discovery.names().stream()
                .map(name -> DnsQuestion.ask(vertx, name, discovery.server())
                        .onSuccess(endpoints -> found.answered(name, endpoints))
                        .otherwise(why -> {
                            found.unanswered(name, "DNS does not answer: " + why.getMessage());
                            return List.of();
                        }))
                .toList());
    }

    /** Says each problem once. */
    private void tell(RouterDiscovery discovery) {
        for (RouterReport.Discovery each : found.report(discovery)) {
            String before = said.put(each.name(), each.problem());
            if (!each.problem().isEmpty() && !each.problem().equals(before)) {
                LOG.warn("discover.{}: {} ({} VMs known)", each.name(), each.problem(), each.vms());
            }
        }
    }
}
