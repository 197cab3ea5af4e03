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

    /** The router sets them itself. */
    private static final Set<String> SET_BY_ROUTER =
            Set.of("host", "content-length", "expect", "idempotency-key", "x-request-id");

    /** Where a request came from and who sent it by its certificate, as proxies tell: what a client says of that proves nothing. */
    private static final Set<String> PROVENANCE = Set.of(
            "forwarded",
            "x-real-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "fastly-client-ip",
            "client-cert",
            "client-cert-chain",
            "x-client-cert",
            "x-client-certificate",
            "x-client-verify",
            "x-client-dn",
            "x-ssl-cert",
            "x-arr-clientcert");

    private static final List<String> PROVENANCE_PREFIXES =
            List.of("x-forwarded-", "x-client-cert-", "x-ssl-client-", "ssl-client-", "x-amzn-mtls-");

    private static final String OWN_PREFIX = "gemel-";

    private HeaderRules() {}

    /**
     * Those headers of a client's request that a VM gets as they are.
     *
     * @param trusted whether they come from a proxy that is believed where a request came from
     */
    static List<Entry<String, String>> towardsVm(Iterable<Entry<String, String>> headers, boolean trusted) {
        List<Entry<String, String>> kept = kept(headers, SET_BY_ROUTER);
        kept.removeIf(header -> {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            String plain = name.replace('_', '-');
            return tellsProvenance(plain) && (!trusted || !name.equals(plain));
        });
        return kept;
    }

    /** @param name in lower case */
    static boolean tellsProvenance(String name) {
        return PROVENANCE.contains(name) || PROVENANCE_PREFIXES.stream().anyMatch(name::startsWith);
    }

    /** Those headers of a VM's answer that the client gets as they are. */
    static List<Entry<String, String>> towardsClient(Iterable<Entry<String, String>> headers) {
        return kept(headers, Set.of("content-length", "idempotency-key", "x-request-id"));
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
            // CGI and WSGI do not tell X_Y from X-Y: one must not pass for the other.
            String name = header.getKey().toLowerCase(Locale.ROOT).replace('_', '-');
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
