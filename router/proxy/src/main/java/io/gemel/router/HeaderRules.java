package io.gemel.router;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map.Entry;
import java.util.Set;

/** Which headers go through the router and which end at it. Pure. */
final class HeaderRules {
    /** They concern one connection only. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    /** The router sets them itself: what a client says of where it came from proves nothing. */
    private static final Set<String> SET_BY_ROUTER = Set.of(
            "host",
            "content-length",
            "expect",
            "idempotency-key",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-port");

    private static final String OWN_PREFIX = "gemel-";

    private HeaderRules() {}

    /** Those headers of a client's request that a VM gets as they are. */
    static List<Entry<String, String>> towardsVm(Iterable<Entry<String, String>> headers) {
        return kept(headers, SET_BY_ROUTER);
    }

    /** Those headers of a VM's answer that the client gets as they are. */
    static List<Entry<String, String>> towardsClient(Iterable<Entry<String, String>> headers) {
        return kept(headers, Set.of("content-length", "idempotency-key"));
    }

    private static List<Entry<String, String>> kept(Iterable<Entry<String, String>> headers, Set<String> except) {
        Set<String> named = new HashSet<>();
        for (Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase("connection")) {
                for (String name : header.getValue().split(",", -1)) {
                    named.add(name.trim().toLowerCase(Locale.ROOT));
                }
            }
        }
        List<Entry<String, String>> kept = new ArrayList<>();
        for (Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(name)
                    && !except.contains(name)
                    && !named.contains(name)
                    && !name.startsWith(OWN_PREFIX)) {
                kept.add(header);
            }
        }
        return kept;
    }
}
