package io.gemel.router.client;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.request.Affinity;
import io.gemel.router.request.Routes;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The cookies that bring clients back to VMs: what each value means, and how they are kept from the VMs. Immutable. */
final class Affinities {
    private static final String COOKIE = "Cookie";

    /** By the cookie's name: VMs by its value. */
    private final Map<String, Map<String, String>> vms = new HashMap<>();

    Affinities(Routes routes, List<RouterConfig.Vm> all) {
        for (Route route : routes.all()) {
            String cookie = cookie(route);
            if (!cookie.isEmpty()) {
                Map<String, String> named = vms.computeIfAbsent(cookie, unused -> new HashMap<>());
                all.stream()
                        .filter(vm -> vm.group().equals(Routes.group(route)))
                        .forEach(vm -> named.put(Affinity.value(cookie, vm.name()), vm.name()));
            }
        }
    }

    /** The name of a route's cookie; empty when it has none. Each group has its own, since they may share a host. */
    private static String cookie(Route route) {
        String name = Objects.requireNonNullElse(route.sticky(), "");
        String group = Routes.group(route);
        return name.isEmpty() || group.equals(RouterConfig.GROUP_DEFAULT) ? name : name + "-" + group;
    }

    /** Where a client shall come back to; null when its route has no cookie. */
    @Nullable
    Affinity of(Route route, MultiMap headers) {
        String cookie = cookie(route);
        if (cookie.isEmpty()) {
            return null;
        }
        Map<String, String> named = vms.getOrDefault(cookie, Map.of());
        for (String header : headers.getAll(COOKIE)) {
            for (String pair : header.split(";", -1)) {
                String vm = name(pair).equals(cookie) ? named.get(value(pair)) : null;
                if (vm != null) {
                    return new Affinity(cookie, vm);
                }
            }
        }
        return new Affinity(cookie, null);
    }

    private static String name(String pair) {
        int equals = pair.indexOf('=');
        return (equals < 0 ? pair : pair.substring(0, equals)).trim();
    }

    private static String value(String pair) {
        int equals = pair.indexOf('=');
        return pair.substring(equals + 1).trim().replace("\"", "");
    }

    /** Headers without these cookies; the same when there are none. */
    MultiMap without(MultiMap headers) {
        if (vms.isEmpty() || !headers.contains(COOKIE)) {
            return headers;
        }
        MultiMap kept = MultiMap.caseInsensitiveMultiMap();
        without(headers.entries()).forEach(header -> kept.add(header.getKey(), header.getValue()));
        return kept;
    }

    /** The same of headers in a list. */
    List<Entry<String, String>> without(List<Entry<String, String>> headers) {
        if (vms.isEmpty()) {
            return headers;
        }
        List<Entry<String, String>> kept = new ArrayList<>();
        for (Entry<String, String> header : headers) {
            boolean cookies = header.getKey().equalsIgnoreCase(COOKIE);
            String others = cookies ? others(header.getValue()) : header.getValue();
            if (!cookies || !others.isEmpty()) {
                kept.add(Map.entry(header.getKey(), others));
            }
        }
        return kept;
    }

    private String others(String value) {
        List<String> pairs = new ArrayList<>(List.of(value.split(";", -1)));
        return pairs.removeIf(pair -> vms.containsKey(name(pair)))
                ? String.join(";", pairs).trim()
                : value;
    }
}
