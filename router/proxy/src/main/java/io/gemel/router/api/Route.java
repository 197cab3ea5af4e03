package io.gemel.router.api;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Settings for requests to a host, under a path.
 *
 * @param host the name in the request's Host, in lower case and without a port; {@code *.example.com} for all names
 *     that end so; empty for any
 * @param prefix whole path segments: {@code /transfers} covers {@code /transfers/7} and not {@code /transfersx}
 * @param durability null for the router's own
 * @param resubmit false passes bodies of any size through without keeping them; such a request is sent to one VM
 *     only
 * @param submission whether requests that change something keep the ledger, so that they may be resubmitted when a
 *     VM dies; null for what the VM reports in its heartbeat
 * @param timeout maximum wait of a client for the beginning of an answer; null for the router's own
 * @param methods allowed methods, GET includes HEAD; empty for all; null to inherit from the next shorter route
 *     that covers it
 * @param group whose VMs get the requests; null to inherit from the next shorter route that covers it
 * @param sticky name of a cookie that returns a client to the VM that answered it; empty for none; null to inherit
 *     from the next shorter route that covers it
 */
public record Route(
        String host,
        String prefix,
        @Nullable Durability durability,
        boolean resubmit,
        @Nullable Boolean submission,
        @Nullable Duration timeout,
        @Nullable List<String> methods,
        @Nullable String group,
        @Nullable String sticky) {
    public Route {
        host = host.toLowerCase(Locale.ROOT);
        methods = methods == null ? null : List.copyOf(methods);
    }

    /** For any host and method, and for the VMs of the next shorter route. */
    public Route(
            String prefix,
            @Nullable Durability durability,
            boolean resubmit,
            @Nullable Boolean submission,
            @Nullable Duration timeout) {
        this("", prefix, durability, resubmit, submission, timeout, null, null, null);
    }

    /** The VMs' heartbeats decide whether requests may be resubmitted. */
    public Route(String prefix, @Nullable Durability durability, boolean resubmit) {
        this(prefix, durability, resubmit, null, null);
    }

    /** Its name in settings and metrics: the host, if it has one, and the prefix. */
    public String name() {
        return host + prefix;
    }
}
