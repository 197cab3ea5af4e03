package io.gemel.deploy.config;

import io.gemel.router.api.RouterConfig;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code vm.<name>.*}: one VM. */
final class VmLines implements EntryLines {
    private final String name;
    private @Nullable URI url;
    private @Nullable SiteId site;
    private @Nullable String host;
    private int requestsMax;
    private @Nullable URI heartbeatUrl;
    private String group = RouterConfig.GROUP_DEFAULT;
    private int weight = RouterConfig.WEIGHT_DEFAULT;

    VmLines(String name) {
        this.name = name;
    }

    @Override
    public void take(String what, String text) throws BadValueException {
        switch (what) {
            case "url" -> url = Values.httpUrl(text);
            case "site" -> site = Values.siteName(text);
            case "host" -> host = Values.name(text);
            case "heartbeat.url" -> heartbeatUrl = Values.httpUrl(text);
            case "requests.max" -> requestsMax = Values.count(text, 0, RouterKeys.VM_REQUESTS_LIMIT);
            case "group" -> group = Values.name(text);
            case "weight" -> weight = Values.count(text, 0, RouterConfig.WEIGHT_MAX);
            default ->
                throw new BadValueException(
                        "is not known",
                        "a VM has the keys url, site, host, heartbeat.url, requests.max, group and weight");
        }
    }

    @Override
    public List<String> lacking() {
        return EntryLines.lacking("url", url, "site", site, "host", host);
    }

    @Nullable
    URI url() {
        return url;
    }

    @Nullable
    SiteId site() {
        return site;
    }

    /** Null while something is lacking. */
    RouterConfig.@Nullable Vm vm() {
        return url == null || site == null || host == null
                ? null
                : new RouterConfig.Vm(name, url, site, host, requestsMax, heartbeatUrl, group, weight);
    }
}
