package io.gemel.router.decision;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouterClientTls.Named;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfig.Site;
import io.gemel.router.api.RouterConfig.Vm;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterTimes;
import io.gemel.router.api.RouterTls;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Differences between two configurations, by the names of the keys. Shows no values, because some are secret. Pure.
 *
 * @param taken changes that a running router can apply
 * @param refused changes that it cannot, with what to do instead
 */
public record Changes(List<String> taken, List<String> refused) {
    private static final String RESTART = " cannot change while the router runs: revert it, or restart the router";

    private record Setting<T>(String key, Function<T, @Nullable Object> value) {
        boolean differs(T now, T next) {
            return !Objects.equals(value.apply(now), value.apply(next));
        }
    }

    /** Addresses that are listened on, threads that are there, and what the router is. */
    private static final List<Setting<RouterConfig>> FIXED = List.of(
            new Setting<>("router", RouterConfig::name),
            new Setting<>("site", RouterConfig::site),
            new Setting<>("listen", RouterConfig::listen),
            new Setting<>("listen.proxy.protocol", config -> config.frontend().proxyProtocol()),
            new Setting<>("http2", config -> config.frontend().protocols().http2()),
            new Setting<>("admin.listen", RouterConfig::admin),
            new Setting<>("threads", config -> config.limits().threads()));

    private static final List<Setting<RouterConfig>> FREE = List.of(
            new Setting<>("tls.certificate", config -> part(config.tls(), RouterTls::certificate)),
            new Setting<>("tls.key", config -> part(config.tls(), RouterTls::key)),
            new Setting<>("tls.authorities", config -> config.backendTls().authorities()),
            new Setting<>(
                    "tls.outbound.certificate",
                    config -> part(config.backendTls().identity(), RouterTls::certificate)),
            new Setting<>("tls.outbound.key", config -> part(config.backendTls().identity(), RouterTls::key)),
            new Setting<>(
                    "tls.client.auth", config -> config.frontend().clientTls().auth()),
            new Setting<>(
                    "tls.client.authorities",
                    config -> config.frontend().clientTls().authorities()),
            new Setting<>("trusted.proxies", config -> config.frontend().trustedProxies()),
            new Setting<>("host.preserve", config -> config.frontend().hostPreserve()),
            new Setting<>(
                    "http2.streams.max", config -> config.frontend().protocols().streamsMax()),
            new Setting<>(
                    "upgrades.max", config -> config.frontend().protocols().upgradesMax()),
            new Setting<>("key.scope.headers", config -> config.frontend().keyScope()),
            new Setting<>("key.scope.certificate", config -> config.frontend().keyScopeCertificate()),
            new Setting<>("trace", config -> config.frontend().traces().on()),
            new Setting<>("trace.sampled", config -> config.frontend().traces().sampledPercent()),
            new Setting<>("admin.token", RouterConfig::adminToken),
            new Setting<>("access.log", config -> config.accessLog().format()),
            new Setting<>("access.log.fields", config -> config.accessLog().fields()),
            new Setting<>("durability", RouterConfig::durability),
            new Setting<>("discover.interval", config -> config.discovery().interval()),
            new Setting<>("discover.server", config -> config.discovery().server()),
            new Setting<>("register.token", config -> config.discovery().registerToken()),
            new Setting<>("register.lease", config -> config.discovery().registerLease()));

    private static final List<Setting<RouterTimes>> TIMES = List.of(
            new Setting<>("durability.timeout", RouterTimes::durabilityTimeout),
            new Setting<>("request.timeout", RouterTimes::requestTimeout),
            new Setting<>("wait.max", RouterTimes::waitMax),
            new Setting<>("drain.timeout", RouterTimes::drainTimeout),
            new Setting<>("stop.delay", RouterTimes::stopDelay),
            new Setting<>("idle.timeout", RouterTimes::idleTimeout),
            new Setting<>("header.timeout", RouterTimes::headerTimeout),
            new Setting<>("body.timeout", RouterTimes::bodyTimeout),
            new Setting<>("connect.timeout", RouterTimes::connectTimeout),
            new Setting<>("vm.idle.timeout", RouterTimes::vmIdleTimeout),
            new Setting<>("heartbeat.interval", RouterTimes::heartbeatInterval),
            new Setting<>("heartbeat.interval.remote", RouterTimes::heartbeatIntervalRemote),
            new Setting<>("verdict.avoid", RouterTimes::verdictAvoid),
            new Setting<>("verdict.resubmit", RouterTimes::verdictResubmit),
            new Setting<>("verdict.site.down", RouterTimes::verdictSiteDown),
            new Setting<>("slow.start", RouterTimes::slowStart),
            new Setting<>("lag.max", RouterTimes::lagMax));

    private static final List<Setting<RouterLimits>> LIMITS = List.of(
            new Setting<>("attempts.max", RouterLimits::attemptsMax),
            new Setting<>("body.max", RouterLimits::bodyMax),
            new Setting<>("bodies.max", RouterLimits::bodiesMax),
            new Setting<>("headers.max", RouterLimits::headersMax),
            new Setting<>("line.max", RouterLimits::lineMax),
            new Setting<>("requests.max", RouterLimits::requestsMax),
            new Setting<>("connections.max", RouterLimits::connectionsMax),
            new Setting<>("vm.connections.max", RouterLimits::vmConnectionsMax),
            new Setting<>("vm.requests.max", RouterLimits::vmRequestsMax),
            new Setting<>("vm.headers.max", RouterLimits::vmHeadersMax));

    private static final List<Setting<Vm>> OF_VM = List.of(
            new Setting<>("url", Vm::url),
            new Setting<>("site", Vm::site),
            new Setting<>("host", Vm::host),
            new Setting<>("heartbeat.url", Vm::heartbeatUrl),
            new Setting<>("requests.max", Vm::requestsMax),
            new Setting<>("group", Vm::group),
            new Setting<>("weight", Vm::weight));

    private static final List<Setting<Named>> OF_CERTIFICATE = List.of(
            new Setting<>("certificate", named -> named.tls().certificate()),
            new Setting<>("key", named -> named.tls().key()));

    private static final List<Setting<Site>> OF_SITE =
            List.of(new Setting<>("status", Site::status), new Setting<>("token", Site::token));

    private static final List<Setting<RouterDiscovery.Name>> OF_DISCOVERY = List.of(
            new Setting<>("dns", RouterDiscovery.Name::question),
            new Setting<>("site", RouterDiscovery.Name::site),
            new Setting<>("heartbeat.port", RouterDiscovery.Name::heartbeatPort),
            new Setting<>("requests.max", RouterDiscovery.Name::requestsMax),
            new Setting<>("group", RouterDiscovery.Name::group));

    private static final List<Setting<Route>> OF_ROUTE = List.of(
            new Setting<>("durability", Route::durability),
            new Setting<>("resubmit", Route::resubmit),
            new Setting<>("submission", Route::submission),
            new Setting<>("timeout", Route::timeout),
            new Setting<>("methods", Route::methods),
            new Setting<>("group", Route::group),
            new Setting<>("sticky", Route::sticky));

    public static Changes between(RouterConfig now, RouterConfig next) {
        List<String> refused = new ArrayList<>();
        keys(FIXED, now, next).forEach(key -> refused.add(key + RESTART));
        if ((now.tls() == null) != (next.tls() == null)) {
            refused.add("tls.certificate cannot be added or removed while the router runs, because clients use either"
                    + " https or http: revert it, or restart the router");
        }
        Map<String, Site> sitesNow = named(now.sites(), site -> site.name().name());
        Map<String, Site> sitesNext = named(next.sites(), site -> site.name().name());
        for (String site : different(sitesNow.keySet(), sitesNext.keySet())) {
            refused.add("site." + site
                    + ".status cannot be added or removed while the router runs, because the set of sites is fixed:"
                    + " revert it, or restart the router");
        }
        List<String> taken = new ArrayList<>(keys(FREE, now, next));
        taken.addAll(keys(TIMES, now.times(), next.times()));
        taken.addAll(keys(LIMITS, now.limits(), next.limits()));
        taken.addAll(entries("vm.", OF_VM, named(now.vms(), Vm::name), named(next.vms(), Vm::name)));
        taken.addAll(entries("site.", OF_SITE, sitesNow, sitesNext));
        taken.addAll(entries(
                "discover.",
                OF_DISCOVERY,
                named(now.discovery().names(), RouterDiscovery.Name::name),
                named(next.discovery().names(), RouterDiscovery.Name::name)));
        taken.addAll(entries("route.", OF_ROUTE, named(now.routes(), Route::name), named(next.routes(), Route::name)));
        taken.addAll(entries("tls.sni.", OF_CERTIFICATE, certificates(now), certificates(next)));
        return new Changes(taken, refused);
    }

    private static @Nullable Object part(@Nullable RouterTls tls, Function<RouterTls, String> part) {
        return tls == null ? null : part.apply(tls);
    }

    private static Map<String, Named> certificates(RouterConfig config) {
        return named(config.frontend().clientTls().named(), Named::name);
    }

    private static <T> List<String> keys(List<Setting<T>> settings, T now, T next) {
        return settings.stream()
                .filter(setting -> setting.differs(now, next))
                .map(Setting::key)
                .toList();
    }

    private static <T> Map<String, T> named(Collection<T> all, Function<T, String> name) {
        Map<String, T> named = new LinkedHashMap<>();
        all.forEach(each -> named.put(name.apply(each), each));
        return named;
    }

    private static Set<String> different(Set<String> now, Set<String> next) {
        Set<String> all = new LinkedHashSet<>(now);
        all.addAll(next);
        all.removeIf(name -> now.contains(name) && next.contains(name));
        return all;
    }

    private static <T> List<String> entries(
            String prefix, List<Setting<T>> settings, Map<String, T> now, Map<String, T> next) {
        List<String> changes = new ArrayList<>();
        next.forEach((name, entry) -> {
            T before = now.get(name);
            if (before == null) {
                changes.add(prefix + name + " (new)");
            } else {
                keys(settings, before, entry).forEach(key -> changes.add(prefix + name + "." + key));
            }
        });
        now.keySet().stream()
                .filter(name -> !next.containsKey(name))
                .forEach(name -> changes.add(prefix + name + " (gone)"));
        return changes;
    }
}
