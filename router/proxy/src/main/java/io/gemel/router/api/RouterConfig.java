package io.gemel.router.api;

import io.gemel.transaction.SiteId;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a router. Immutable; its constructor validates it as a whole and reports all problems together.
 *
 * @param name this router's name, for logs and metrics
 * @param site the router's own site, whose VMs it prefers
 * @param listen where clients reach it
 * @param tls the certificate for {@code listen}; null serves plain HTTP
 * @param frontend what stands between clients and this router
 * @param backendTls TLS towards VMs and site processes
 * @param admin where operators reach it
 * @param adminToken token for requests to {@code admin} that change something; null for none
 * @param vms the application's VMs, at every site
 * @param sites the site processes, one for every site that has VMs
 * @param discovery how further VMs are found
 * @param routes what differs for requests under some paths
 * @param durability durability that is awaited before a success is sent to the client, unless the route or the request
 *     says otherwise
 * @param accessLog the access log line of each request
 * @param times every duration that an operator may configure
 * @param limits every limit that an operator may configure
 */
public record RouterConfig(
        String name,
        SiteId site,
        Address listen,
        @Nullable RouterTls tls,
        RouterFrontend frontend,
        RouterBackendTls backendTls,
        Address admin,
        @Nullable String adminToken,
        List<Vm> vms,
        List<Site> sites,
        RouterDiscovery discovery,
        List<Route> routes,
        Durability durability,
        RouterAccessLog accessLog,
        RouterTimes times,
        RouterLimits limits) {

    /** Longest name of a router, a VM or a host: it becomes part of an application_name in PostgreSQL. */
    public static final int NAME_LENGTH_MAX = 50;

    /** The default group of VMs and routes. */
    public static final String GROUP_DEFAULT = "default";

    /** The default weight of a VM. */
    public static final int WEIGHT_DEFAULT = 100;

    public static final int WEIGHT_MAX = 1000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

    /** @throws RouterConfigException naming all problems */
    public RouterConfig {
        vms = List.copyOf(vms);
        sites = List.copyOf(sites);
        routes = List.copyOf(routes);
        List<String> problems = new ArrayList<>();
        checkName(problems, "router", name);
        if (adminToken != null && adminToken.isBlank()) {
            problems.add("admin.token is empty: leave it out, or give it a secret");
        }
        if (tls != null) {
            Pem.check(problems, "tls", tls);
        }
        backendTls.check(problems);
        accessLog.check(problems);
        frontend.check(problems);
        frontend.clientTls().check(problems, tls != null);
        checkVms(problems, vms, sites, discovery);
        checkSites(problems, site, vms, sites, discovery);
        discovery.names().forEach(each -> checkName(problems, "discover." + each.name(), each.name()));
        discovery.check(problems, sites.stream().map(Site::name).collect(Collectors.toSet()));
        RouteChecks.check(problems, routes, times);
        Map<String, String> groupsOfVms = new TreeMap<>();
        vms.forEach(vm -> groupsOfVms.put("vm." + vm.name(), vm.group()));
        discovery.names().forEach(each -> groupsOfVms.put("discover." + each.name(), each.group()));
        RouteChecks.checkGroups(problems, GROUP_DEFAULT, groupsOfVms, routes, discovery.registerToken() != null);
        times.check(problems);
        limits.check(problems);
        if (!problems.isEmpty()) {
            throw new RouterConfigException(problems);
        }
    }

    /** Whether requests go to VMs of a group. */
    public boolean leadsTo(String group) {
        return RouteChecks.leads(GROUP_DEFAULT, routes, group);
    }

    /** Groups that VMs have, or may get. */
    public Set<String> groups() {
        Set<String> groups = new TreeSet<>();
        vms.forEach(vm -> groups.add(vm.group()));
        discovery.names().forEach(name -> groups.add(name.group()));
        if (discovery.registerToken() != null) {
            routes.stream().map(Route::group).filter(Objects::nonNull).forEach(groups::add);
            groups.add(GROUP_DEFAULT);
        }
        return groups;
    }

    private static void checkName(List<String> problems, String setting, String name) {
        if (name.length() > NAME_LENGTH_MAX || !NAME.matcher(name).matches()) {
            problems.add(
                    setting + "=" + name + " is not a name: letters, digits, _, . and -, at most " + NAME_LENGTH_MAX);
        }
    }

    private static void checkVms(List<String> problems, List<Vm> vms, List<Site> sites, RouterDiscovery discovery) {
        if (vms.isEmpty() && !discovery.mayBringAny()) {
            problems.add("no VM is named: add vm.<name>.url, vm.<name>.site and vm.<name>.host");
        }
        Set<String> names = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (Vm vm : vms) {
            vm.check(problems);
            if (!names.add(vm.name())) {
                problems.add("vm." + vm.name() + " is there twice");
            }
            if (!addresses.add(vm.url().getAuthority())) {
                problems.add(
                        "vm." + vm.name() + ".url is another VM's address, too: one process must not count as two");
            }
            URI heartbeat = vm.heartbeatUrl();
            if (heartbeat != null && !addresses.add(heartbeat.getAuthority())) {
                problems.add(
                        "vm." + vm.name()
                                + ".heartbeat.url is an address that is named already: heartbeats there may wait behind requests");
            }
            if (sites.stream().noneMatch(site -> site.name().equals(vm.site()))) {
                problems.add(
                        "vm." + vm.name() + ".site=" + vm.site() + " is not known: add site." + vm.site() + ".status");
            }
        }
    }

    private static void checkSites(
            List<String> problems, SiteId own, List<Vm> vms, List<Site> sites, RouterDiscovery discovery) {
        Set<SiteId> names = new HashSet<>();
        for (Site site : sites) {
            checkUrl(problems, "site." + site.name() + ".status", site.status());
            if (!names.add(site.name())) {
                problems.add("site." + site.name() + " is there twice");
            }
            if (site.token() != null && site.token().isBlank()) {
                problems.add(
                        "site." + site.name() + ".token is empty: leave it out, or give it the site's router.token");
            }
            if (vms.stream().noneMatch(vm -> vm.site().equals(site.name())) && !discovery.mayBring(site.name())) {
                problems.add("site." + site.name() + " has no VM: add one, or remove the site");
            }
        }
        if (!names.contains(own)) {
            problems.add("site=" + own + " is not among the sites: add site." + own + ".status");
        }
    }

    private static void checkUrl(List<String> problems, String setting, URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean bare = !url.isOpaque()
                && (url.getPath().isEmpty() || url.getPath().equals("/"))
                && url.getRawQuery() == null
                && url.getRawFragment() == null
                && url.getRawUserInfo() == null;
        if ((!scheme.equals("http") && !scheme.equals("https")) || url.getHost() == null || !bare) {
            problems.add(setting + "=" + url + " must be http://host:port or https://host:port, and nothing after it");
        }
    }

    /** The same with these VMs. */
    public RouterConfig withVms(List<Vm> others) {
        return new RouterConfig(
                name,
                site,
                listen,
                tls,
                frontend,
                backendTls,
                admin,
                adminToken,
                others,
                sites,
                discovery,
                routes,
                durability,
                accessLog,
                times,
                limits);
    }

    /** Shows no secrets. */
    @Override
    public String toString() {
        return "RouterConfig[" + name + " at " + site + ", listen " + listen + ", " + vms.size() + " VMs]";
    }

    /**
     * An address to listen on.
     *
     * @param host a name or an address
     * @param port 0 takes a free one
     */
    public record Address(String host, int port) {
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * One running instance of the application.
     *
     * @param url scheme, host and port only
     * @param host the machine it runs on: VMs of one host are expected to die together
     * @param requestsMax maximum concurrent requests from this router; 0 for {@link RouterLimits#vmRequestsMax}
     * @param heartbeatUrl dedicated address for heartbeats; null for {@code url}, where its silence may mean that it is
     *     busy
     * @param group the application that it runs, one of several that share the sites' databases
     * @param weight its share of new requests relative to the weights of others, 0 to {@link #WEIGHT_MAX}; with 0 it is
     *     monitored and gets none
     */
    public record Vm(
            String name,
            URI url,
            SiteId site,
            String host,
            int requestsMax,
            @Nullable URI heartbeatUrl,
            String group,
            int weight) {
        /** With the default limit of requests, and heartbeats at its main address. */
        public Vm(String name, URI url, SiteId site, String host) {
            this(name, url, site, host, 0, null);
        }

        /** With the default group and weight. */
        public Vm(String name, URI url, SiteId site, String host, int requestsMax, @Nullable URI heartbeatUrl) {
            this(name, url, site, host, requestsMax, heartbeatUrl, GROUP_DEFAULT, WEIGHT_DEFAULT);
        }

        /** Reports the problems of this VM alone. */
        public void check(List<String> problems) {
            checkName(problems, "vm", name);
            checkName(problems, "vm." + name + ".host", host);
            checkName(problems, "vm." + name + ".group", group);
            checkUrl(problems, "vm." + name + ".url", url);
            if (heartbeatUrl != null) {
                checkUrl(problems, "vm." + name + ".heartbeat.url", heartbeatUrl);
            }
            if (requestsMax < 0) {
                problems.add("vm." + name + ".requests.max must not be negative");
            }
            if (weight < 0 || weight > WEIGHT_MAX) {
                problems.add("vm." + name + ".weight must be from 0 to " + WEIGHT_MAX);
            }
        }
    }

    /**
     * A site's process, which answers for the site's database.
     *
     * @param status its {@code status.listen}: scheme, host and port only
     * @param token its {@code router.token}; null when it asks for none
     */
    public record Site(SiteId name, URI status, @Nullable String token) {
        /** Does not show the token. */
        @Override
        public String toString() {
            return "Site[" + name + " at " + status + "]";
        }
    }
}
