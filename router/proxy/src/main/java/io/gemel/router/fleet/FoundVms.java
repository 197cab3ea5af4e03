package io.gemel.router.fleet;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfig.Vm;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterDiscovery.Name;
import io.gemel.router.api.RouterReport;
import io.gemel.router.fleet.DnsQuestion.Endpoint;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** VMs that the settings do not name: those from DNS, and those that registered themselves. Any thread. */
public final class FoundVms {
    /** VMs that may be registered at once. */
    static final int REGISTERED_MAX = 1000;

    private static final int HASH_LENGTH = 9;

    /** By what DNS was asked. */
    private final Map<String, Answer> answers = new HashMap<>();

    private final Map<String, Registered> registered = new LinkedHashMap<>();
    private Map<String, String> passedOver = Map.of();

    /** @param problem why the endpoints may be old; empty when they are not */
    private record Answer(List<Endpoint> endpoints, String problem) {}

    private record Registered(Vm vm, long untilMillis) {}

    private record Place(SiteId site, String group) {
        static Place of(Vm vm) {
            return new Place(vm.site(), vm.group());
        }
    }

    /** DNS has answered. An answer that names nothing changes nothing: VMs that are gone are found dead. */
    synchronized void answered(Name name, List<Endpoint> endpoints) {
        if (endpoints.isEmpty()) {
            unanswered(name, "DNS knows no address for it");
        } else {
            answers.put(name.question(), new Answer(endpoints, ""));
        }
    }

    /** DNS has not answered. */
    synchronized void unanswered(Name name, String why) {
        answers.put(name.question(), new Answer(answer(name).endpoints(), why));
    }

    private Answer answer(Name name) {
        return answers.getOrDefault(name.question(), new Answer(List.of(), ""));
    }

    /** Forgets what DNS has answered to questions that are asked no longer. */
    synchronized void keep(RouterDiscovery asked) {
        answers.keySet().retainAll(asked.names().stream().map(Name::question).collect(Collectors.toSet()));
    }

    /** The VM that has registered itself under a name; null when none has. */
    synchronized @Nullable Vm registered(String name) {
        Registered found = registered.get(name);
        return found == null ? null : found.vm();
    }

    /**
     * A VM registers itself, or says that it is still there.
     *
     * @return whether that is something new
     */
    synchronized boolean register(Vm vm, long untilMillis) {
        Registered before = registered.put(vm.name(), new Registered(vm, untilMillis));
        return before == null || !before.vm().equals(vm);
    }

    /** Whether there is room for one more. */
    synchronized boolean mayRegister(String name) {
        return registered.containsKey(name) || registered.size() < REGISTERED_MAX;
    }

    /** Takes a registration back; false when there was none. */
    synchronized boolean leave(String name) {
        return registered.remove(name) != null;
    }

    /**
     * Ends registrations that were not renewed; false when there were none. When a group would be left without VMs at a site, they stay: the
     * verdict on it there rests on them, and all of them silent at once may mean that this router is what cannot be reached.
     *
     * @param now what the router goes by
     */
    synchronized boolean expire(RouterConfig now, long nowMillis) {
        Set<String> over = new HashSet<>();
        registered.forEach((name, each) -> {
            if (nowMillis >= each.untilMillis()) {
                over.add(name);
            }
        });
        Set<Place> left = new HashSet<>();
        now.vms().stream().filter(vm -> !over.contains(vm.name())).forEach(vm -> left.add(Place.of(vm)));
        return registered
                .values()
                .removeIf(each -> over.contains(each.vm().name()) && left.contains(Place.of(each.vm())));
    }

    public synchronized int registrations() {
        return registered.size();
    }

    /** What is known of each name that is asked for. */
    public synchronized List<RouterReport.Discovery> report(RouterDiscovery discovery) {
        List<RouterReport.Discovery> report = new ArrayList<>();
        for (Name name : discovery.names()) {
            Answer answer = answer(name);
            String clash = answer.endpoints().stream()
                    .map(endpoint -> passedOver.get(vmName(name.name(), endpoint)))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse("");
            report.add(new RouterReport.Discovery(
                    name.name(),
                    name.dns(),
                    answer.endpoints().size(),
                    answer.problem().isEmpty() ? clash : answer.problem()));
        }
        return report;
    }

    /** Settings with the VMs that were found besides those that they name. Whoever is named, or was found first, keeps its name and address. */
    public synchronized RouterConfig with(RouterConfig told) {
        List<Vm> vms = new ArrayList<>(told.vms());
        Map<String, String> passed = new HashMap<>();
        for (Name name : told.discovery().names()) {
            answer(name).endpoints().forEach(endpoint -> {
                try {
                    add(vms, vm(name, endpoint), told, passed);
                } catch (IllegalArgumentException e) {
                    passed.put(vmName(name.name(), endpoint), "DNS returned an invalid address: " + e.getMessage());
                }
            });
        }
        if (told.discovery().registerToken() != null) {
            registered.values().forEach(each -> add(vms, each.vm(), told, passed));
        }
        passedOver = Map.copyOf(passed);
        return told.withVms(vms);
    }

    private static void add(List<Vm> vms, Vm found, RouterConfig told, Map<String, String> passed) {
        String clash = clash(vms, found, told);
        if (clash.isEmpty()) {
            vms.add(found);
        } else {
            passed.put(found.name(), clash);
        }
    }

    /** Why one that was found cannot be taken besides others; empty when it can. */
    static String clash(List<Vm> vms, Vm found, RouterConfig told) {
        for (Vm other : vms) {
            if (other.name().equals(found.name())) {
                return "vm." + found.name() + " is named already";
            }
            if (addresses(other).stream().anyMatch(addresses(found)::contains)) {
                return "an address of " + found.name() + " is that of vm." + other.name() + ", too";
            }
        }
        List<String> problems = new ArrayList<>();
        found.check(problems);
        if (!problems.isEmpty()) {
            return String.join("; ", problems);
        }
        if (!told.leadsTo(found.group())) {
            return "no route leads to the group " + found.group() + ": add route.<prefix>.group=" + found.group();
        }
        boolean known = told.sites().stream().anyMatch(site -> site.name().equals(found.site()));
        return known ? "" : "site " + found.site() + " is not known: add site." + found.site() + ".status";
    }

    private static Set<String> addresses(Vm vm) {
        Set<String> addresses = new HashSet<>();
        addresses.add(vm.url().getAuthority());
        URI heartbeat = vm.heartbeatUrl();
        if (heartbeat != null) {
            addresses.add(heartbeat.getAuthority());
        }
        return addresses;
    }

    private static Vm vm(Name name, Endpoint endpoint) {
        String host = endpoint.host().contains(":") ? "[" + endpoint.host() + "]" : endpoint.host();
        URI heartbeat = name.heartbeatPort() == 0 ? null : URI.create("http://" + host + ":" + name.heartbeatPort());
        return new Vm(
                vmName(name.name(), endpoint),
                URI.create("http://" + host + ":" + endpoint.port()),
                name.site(),
                shortened(proper(endpoint.host())),
                name.requestsMax(),
                heartbeat,
                name.group(),
                RouterConfig.WEIGHT_DEFAULT);
    }

    /** The same for the same endpoint at every router and after every start. */
    private static String vmName(String name, Endpoint endpoint) {
        return shortened(name + "-" + proper(endpoint.host()) + "-" + endpoint.port());
    }

    private static String proper(String host) {
        return host.replaceAll("[^A-Za-z0-9_.-]", "-");
    }

    private static String shortened(String text) {
        if (text.length() <= RouterConfig.NAME_LENGTH_MAX) {
            return text;
        }
        CRC32 hash = new CRC32();
        hash.update(text.getBytes(StandardCharsets.UTF_8));
        return text.substring(0, RouterConfig.NAME_LENGTH_MAX - HASH_LENGTH) + "-"
                + String.format("%08x", hash.getValue());
    }
}
