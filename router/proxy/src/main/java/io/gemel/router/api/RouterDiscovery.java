package io.gemel.router.api;

import io.gemel.transaction.SiteId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Discovery of VMs that the settings do not name.
 *
 * @param names {@code discover.<name>.…}: names in DNS that stand for VMs
 * @param interval {@code discover.interval}: between two queries for the same name
 * @param server {@code discover.server}: the DNS server; null for those of the machine
 * @param registerToken {@code register.token}: token for VMs that register themselves; null when registration is
 *     disabled
 * @param registerLease {@code register.lease}: how long a registration lasts without renewal
 */
public record RouterDiscovery(
        List<Name> names,
        Duration interval,
        @Nullable InetSocketAddress server,
        @Nullable String registerToken,
        Duration registerLease) {
    private static final Pattern DNS = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?");
    private static final int DNS_LENGTH_MAX = 253;
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration LEASE_LEAST = Duration.ofSeconds(1);

    public RouterDiscovery {
        names = List.copyOf(names);
    }

    /**
     * A name in DNS, each of whose addresses is a VM.
     *
     * @param name begins the names of its VMs
     * @param dns the fully qualified name
     * @param port where VMs listen at the addresses (A and AAAA); 0 when DNS names the ports, too (SRV)
     * @param heartbeatPort port for dedicated heartbeats; 0 for none
     * @param requestsMax maximum concurrent requests from this router to each VM; 0 for {@link
     *     RouterLimits#vmRequestsMax}
     * @param group the application that they are instances of
     */
    public record Name(
            String name, SiteId site, String dns, int port, int heartbeatPort, int requestsMax, String group) {
        /** The DNS query: answers to another query do not apply to this one. */
        public String question() {
            return dns + ":" + port;
        }
    }

    /** The default: only VMs that are named. */
    public static RouterDiscovery none() {
        return new RouterDiscovery(List.of(), Duration.ofSeconds(5), null, null, Duration.ofSeconds(15));
    }

    /** Whether a site may have VMs that are not known yet. */
    boolean mayBring(SiteId site) {
        return registerToken != null
                || names.stream().anyMatch(name -> name.site().equals(site));
    }

    /** Whether there may be VMs that are not known yet. */
    boolean mayBringAny() {
        return registerToken != null || !names.isEmpty();
    }

    void check(List<String> problems, Set<SiteId> sites) {
        Set<String> seen = new HashSet<>();
        for (Name each : names) {
            String prefix = "discover." + each.name();
            if (each.dns().length() > DNS_LENGTH_MAX || !DNS.matcher(each.dns()).matches()) {
                problems.add(prefix + ".dns=" + each.dns()
                        + " is no name: write NAME:PORT for addresses, or the name of SRV records without a port");
            }
            if (each.port() != 0 && each.port() == each.heartbeatPort()) {
                problems.add(prefix
                        + ".heartbeat.port is the port of requests, too: heartbeats there may wait behind requests");
            }
            if (!sites.contains(each.site())) {
                problems.add(prefix + ".site=" + each.site() + " is not known: add site." + each.site() + ".status");
            }
            if (!seen.add(each.name())) {
                problems.add(prefix + " is there twice");
            }
        }
        if (interval.compareTo(LEAST) < 0) {
            problems.add("discover.interval must be at least 100ms");
        }
        if (registerLease.compareTo(LEASE_LEAST) < 0) {
            problems.add("register.lease must be at least 1s");
        }
        if (registerToken != null && registerToken.isBlank()) {
            problems.add("register.token is empty: leave it out, or give it a secret");
        }
    }

    /** Does not show the token. */
    @Override
    public String toString() {
        return "RouterDiscovery[" + names + ", every " + interval + "]";
    }
}
