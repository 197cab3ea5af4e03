package io.gemel.deploy.router;

import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.TcpDirection;
import io.gemel.deploy.embedded.TcpProxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The network between two sites, the routers and the VMs: each connection that a test may cut goes through a proxy of its own. */
final class Wires implements AutoCloseable {
    private static final List<String> SITES = List.of("east", "west");

    private final Map<String, TcpProxy> toPeerLog = new LinkedHashMap<>();
    private final Map<String, TcpProxy> toVms = new LinkedHashMap<>();
    private final Map<String, TcpProxy> toHeartbeats = new LinkedHashMap<>();
    private final Map<String, String> siteOfVm = new LinkedHashMap<>();
    private final Map<String, TcpProxy> toStatus = new LinkedHashMap<>();

    /** Puts proxies between each site and the log of its peer, before the broker starts. */
    KafkaServer.Builder throughProxies(KafkaServer.Builder broker) {
        for (String site : SITES) {
            int listenPort = FreePorts.next();
            TcpProxy proxy = TcpProxy.to(listenPort);
            toPeerLog.put(site, proxy);
            broker.proxied(listenPort, proxy.port());
        }
        return broker;
    }

    /** Where a site reads its peer's log. */
    String peerLog(String site) {
        return toPeerLog.get(site).address();
    }

    void addVm(String vm, String site, int port, int heartbeatPort) {
        siteOfVm.put(vm, site);
        for (String router : SITES) {
            toVms.put(router + " " + vm, TcpProxy.to(port));
            toHeartbeats.put(router + " " + vm, TcpProxy.to(heartbeatPort));
        }
    }

    void addStatus(String site, int port) {
        SITES.forEach(router -> toStatus.put(router + " " + site, TcpProxy.to(port)));
    }

    /** What stands between the router of a site and a VM. */
    TcpProxy toVm(String router, String vm) {
        return toVms.get(router + " " + vm);
    }

    /** What stands between the router of a site and a VM's heartbeats. */
    TcpProxy toHeartbeat(String router, String vm) {
        return toHeartbeats.get(router + " " + vm);
    }

    /** What stands between the router of a site and a site process. */
    TcpProxy toStatus(String router, String site) {
        return toStatus.get(router + " " + site);
    }

    /** Carries nothing more between the sites, and tells nobody. */
    void cutSitesApart() {
        toPeerLog.values().forEach(TcpProxy::holdAll);
        siteOfVm.forEach((vm, site) -> cut(other(site), vm));
        SITES.forEach(site -> toStatus(other(site), site).holdAll());
    }

    /** Carries nothing more between the router of a site and a VM in one direction. */
    void cut(String router, String vm, TcpDirection direction) {
        toVm(router, vm).hold(direction);
        toHeartbeat(router, vm).hold(direction);
    }

    /** Carries nothing more between the router of a site and a VM. */
    void cut(String router, String vm) {
        toVm(router, vm).holdAll();
        toHeartbeat(router, vm).holdAll();
    }

    /** Carries everything again. */
    void restore() {
        all().forEach(TcpProxy::restore);
    }

    private static String other(String site) {
        return site.equals("east") ? "west" : "east";
    }

    private Stream<TcpProxy> all() {
        return Stream.of(toPeerLog, toVms, toHeartbeats, toStatus).flatMap(each -> each.values().stream());
    }

    @Override
    public void close() {
        all().forEach(TcpProxy::close);
    }
}
