package io.gemel.router;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfigException;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterSource;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Changes;
import io.gemel.router.decision.Fleet;
import io.gemel.router.fleet.FoundVms;
import io.gemel.router.report.RouterCounters;
import io.gemel.router.request.Routes;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes changed settings while the router runs: all of them, or none when one of them is wrong or cannot change. Tells how the last try
 * ended. {@link #run} on one thread at a time that may wait; the rest on any.
 */
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

    private final Settings settings;
    private final Fleet fleet;
    private final RouterCounters counters;
    private final InstantSource clock;
    private final RouterSource source;
    private final Function<RouterConfig, Future<?>> show;
    private final FoundVms found;
    private RouterConfig told;
    private volatile RouterReport.Reload last;

    /**
     * @param found VMs that are served besides those that the settings name
     * @param show lets clients that connect from now on see a configuration's certificate
     */
    Reload(
            Settings settings,
            Fleet fleet,
            RouterCounters counters,
            InstantSource clock,
            RouterSource source,
            FoundVms found,
            Function<RouterConfig, Future<?>> show) {
        this.settings = settings;
        this.fleet = fleet;
        this.counters = counters;
        this.clock = clock;
        this.source = source;
        this.found = found;
        this.show = show;
        told = settings.now();
        last = new RouterReport.Reload("", clock.instant().getEpochSecond());
    }

    RouterReport.Reload last() {
        return last;
    }

    /**
     * Reads the settings and takes them.
     *
     * @return what has changed, in a sentence
     * @throws RouterException that says what to fix; nothing has changed then
     */
    synchronized String run() throws RouterException {
        try {
            String done = take(source.read());
            last = new RouterReport.Reload("", clock.instant().getEpochSecond());
            return done;
        } catch (RouterConfigException e) {
            throw refused(e);
        } catch (RuntimeException e) {
            LOG.error("unexpected failure of a reload", e);
            throw refused(new RouterConfigException(List.of("unexpected failure: " + e)));
        }
    }

    /**
     * Takes VMs that were found, or are found no longer, besides what the settings said last.
     *
     * @return what has changed, in a sentence
     * @throws RouterException that says why not; nothing has changed then
     */
    synchronized String follow() throws RouterException {
        try {
            return take(told);
        } catch (RouterConfigException e) {
            throw new RouterException(String.valueOf(e.getMessage()));
        }
    }

    private RouterException refused(RouterConfigException why) {
        String text = String.valueOf(why.getMessage());
        if (!text.equals(last.problem())) {
            LOG.warn("changed settings are rejected, nothing has changed: {}", text);
        }
        last = new RouterReport.Reload(text, last.takenSeconds());
        return new RouterException("the changed settings are rejected, nothing has changed: " + text);
    }

    private String take(RouterConfig alone) {
        RouterConfig next = found.with(alone);
        RouterConfig now = settings.now();
        Changes changes = Changes.between(now, next);
        if (!changes.refused().isEmpty()) {
            throw new RouterConfigException(changes.refused());
        }
        if (changes.taken().isEmpty()) {
            told = alone;
            if (!last.problem().isEmpty()) {
                LOG.info("the settings are again those that the router uses");
            }
            return "nothing has changed";
        }
        boolean shown = Objects.equals(now.tls(), next.tls())
                && now.frontend().clientTls().equals(next.frontend().clientTls());
        if (!shown) {
            showCertificate(next);
        }
        fleet.take(next);
        settings.replace(next);
        told = alone;
        forgetSeries(next);
        String done = changes.taken().size() + " applied: " + String.join(", ", changes.taken());
        LOG.info("changed settings are applied: {}", String.join(", ", changes.taken()));
        tell(next);
        return done;
    }

    private void tell(RouterConfig taken) {
        try {
            source.taken(taken);
        } catch (RuntimeException e) {
            LOG.error("unexpected failure after a reload", e);
        }
    }

    /** The only step that can fail: it comes first. */
    private void showCertificate(RouterConfig next) {
        try {
            show.apply(next).toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new RouterConfigException(List.of("the settings tls.* cannot be applied: " + e.getCause()));
        }
    }

    private void forgetSeries(RouterConfig next) {
        Set<String> routes = new LinkedHashSet<>(List.of(Routes.DEFAULT.name()));
        next.routes().forEach(route -> routes.add(route.name()));
        Set<String> vms = new LinkedHashSet<>();
        next.vms().forEach(vm -> vms.add(vm.name()));
        counters.answers.keep(routes, vms);
        counters.attempts.keep(routes, vms);
    }
}
