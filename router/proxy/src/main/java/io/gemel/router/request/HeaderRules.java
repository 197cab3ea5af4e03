package io.gemel.router.request;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map.Entry;
import java.util.Set;
import java.util.function.Predicate;

/** Which headers go through the router and which end at it. Pure. */
public final class HeaderRules {
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

    /** What of an answer the router tells in its own words. */
    private static final Set<String> ANSWERED_BY_ROUTER = Set.of("content-length", "idempotency-key", "x-request-id");

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
    public static List<Entry<String, String>> towardsVm(Iterable<Entry<String, String>> headers, boolean trusted) {
        return kept(headers, SET_BY_ROUTER, name -> {
            String plain = plain(name);
            return tellsProvenance(plain) && (!trusted || !name.equals(plain));
        });
    }

    /**
     * Whether a header tells where a request came from and who sent it.
     *
     * @param name in lower case
     */
    public static boolean tellsProvenance(String name) {
        if (PROVENANCE.contains(name)) {
            return true;
        }
        for (String prefix : PROVENANCE_PREFIXES) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** Those headers of a VM's answer that the client gets as they are. */
    public static List<Entry<String, String>> towardsClient(Iterable<Entry<String, String>> headers) {
        return kept(headers, ANSWERED_BY_ROUTER, name -> false);
    }

    /**
     * What goes on to the other side.
     *
     * @param except not these
     * @param nor not those either; gets names in lower case
     */
    private static List<Entry<String, String>> kept(
            Iterable<Entry<String, String>> headers, Set<String> except, Predicate<String> nor) {
        Set<String> named = named(headers);
        List<Entry<String, String>> kept = new ArrayList<>();
        for (Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            String plain = plain(name);
            boolean stays = HOP_BY_HOP.contains(plain)
                    || named.contains(plain)
                    || plain.startsWith(OWN_PREFIX)
                    || except.contains(plain)
                    || nor.test(name);
            if (!stays) {
                kept.add(header);
            }
        }
        return kept;
    }

    /** CGI and WSGI do not tell X_Y from X-Y: one must not pass for the other. */
    private static String plain(String name) {
        return name.replace('_', '-');
    }

    /** What concerns one connection only because a header says so. */
    private static Set<String> named(Iterable<Entry<String, String>> headers) {
        Set<String> named = Set.of();
        for (Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase("connection")) {
                named = named.isEmpty() ? new HashSet<>() : named;
                for (String name : header.getValue().split(",", -1)) {
                    named.add(name.trim().toLowerCase(Locale.ROOT));
                }
            }
        }
        return named;
    }
}
