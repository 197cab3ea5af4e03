package io.gemel.deploy.config;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.transaction.SiteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code discover.<name>.*}: one name in DNS that stands for VMs. */
final class DiscoverLines implements EntryLines {
    private final String name;
    private @Nullable String dns;
    private int port;
    private @Nullable SiteId site;
    private int heartbeatPort;
    private int requestsMax;
    private String group = RouterConfig.GROUP_DEFAULT;

    DiscoverLines(String name) {
        this.name = name;
    }

    @Override
    public void take(String what, String text) throws BadValueException {
        switch (what) {
            case "dns" -> {
                HostPort addresses =
                        text.contains(":") ? Values.hostPort(text) : new HostPort(Values.notBlank(text), 0);
                dns = addresses.host();
                port = addresses.port();
            }
            case "site" -> site = Values.siteName(text);
            case "heartbeat.port" -> heartbeatPort = Values.count(text, 1, Values.PORT_MAX);
            case "requests.max" -> requestsMax = Values.count(text, 0, RouterKeys.VM_REQUESTS_LIMIT);
            case "group" -> group = Values.name(text);
            default ->
                throw new BadValueException(
                        "is not known", "a name in DNS has the keys dns, site, heartbeat.port, requests.max and group");
        }
    }

    @Override
    public List<String> lacking() {
        return EntryLines.lacking("dns", dns, "site", site);
    }

    @Nullable
    SiteId site() {
        return site;
    }

    /** Null while something is lacking. */
    RouterDiscovery.@Nullable Name name() {
        return dns == null || site == null
                ? null
                : new RouterDiscovery.Name(name, site, dns, port, heartbeatPort, requestsMax, group);
    }
}
