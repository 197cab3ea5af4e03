package io.gemel.router;

import io.gemel.router.api.Durability;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterBackendTls;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterProtocols;
import io.gemel.router.api.RouterTimes;
import io.gemel.router.api.RouterTls;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A configuration while a test changes it. */
public final class TestConfig {
    final RouterConfig before;
    String name;
    SiteId site;
    RouterConfig.Address listen;
    public RouterTls tls;
    public RouterFrontend frontend;
    public String authorities;
    RouterTls identity;
    RouterConfig.Address admin;
    String adminToken;
    public List<RouterConfig.Vm> vms;
    List<RouterConfig.Site> sites;
    public RouterDiscovery discovery;
    public List<Route> routes;
    Durability durability;
    public RouterAccessLog accessLog;
    public RouterTimes times;
    public RouterLimits limits;

    private TestConfig(RouterConfig before) {
        this.before = before;
        name = before.name();
        site = before.site();
        listen = before.listen();
        tls = before.tls();
        frontend = before.frontend();
        authorities = before.backendTls().authorities();
        identity = before.backendTls().identity();
        admin = before.admin();
        adminToken = before.adminToken();
        vms = new ArrayList<>(before.vms());
        sites = new ArrayList<>(before.sites());
        discovery = before.discovery();
        routes = new ArrayList<>(before.routes());
        durability = before.durability();
        accessLog = before.accessLog();
        times = before.times();
        limits = before.limits();
    }

    /** A router at the east that listens nowhere in particular, with these VMs and all else as it is by default. */
    public static RouterConfig of(RouterConfig.Vm... vms) {
        URI nowhere = URI.create("http://127.0.0.1:1");
        return new RouterConfig(
                "r",
                new SiteId("east"),
                new RouterConfig.Address("127.0.0.1", 0),
                null,
                RouterFrontend.defaults(),
                RouterBackendTls.defaults(),
                new RouterConfig.Address("127.0.0.1", 0),
                null,
                List.of(vms),
                Stream.of(vms)
                        .map(RouterConfig.Vm::site)
                        .distinct()
                        .map(site -> new RouterConfig.Site(site, nowhere, null))
                        .toList(),
                RouterDiscovery.none(),
                List.of(),
                Durability.LOCAL,
                RouterAccessLog.of(RouterAccessLog.Format.NONE),
                RouterTimes.defaults(),
                RouterLimits.defaults());
    }

    public static RouterConfig changed(RouterConfig before, Consumer<TestConfig> change) {
        TestConfig config = new TestConfig(before);
        change.accept(config);
        return config.build();
    }

    public static RouterConfig speaking(RouterConfig before, RouterProtocols protocols) {
        return changed(
                before,
                config -> config.frontend =
                        TestFrontend.changed(config.frontend, frontend -> frontend.protocols = protocols));
    }

    /** Whether there was such a VM; it is no longer named. */
    boolean remove(String vm) {
        return vms.removeIf(each -> each.name().equals(vm));
    }

    private RouterConfig build() {
        return new RouterConfig(
                name,
                site,
                listen,
                tls,
                frontend,
                new RouterBackendTls(authorities, identity),
                admin,
                adminToken,
                vms,
                sites,
                discovery,
                routes,
                durability,
                accessLog,
                times,
                limits);
    }
}
