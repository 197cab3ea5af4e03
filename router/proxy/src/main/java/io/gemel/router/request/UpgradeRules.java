package io.gemel.router.request;

import io.gemel.router.api.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map.Entry;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which requests ask for another protocol on their connection, and which of them are passed on. Upgrades to protocols
 * that carry HTTP itself never reach a VM: they would let a client bypass the router. Such a request is handled like
 * any other. Pure.
 */
public final class UpgradeRules {
    public static final int SWITCHING_PROTOCOLS = 101;

    /** With their version or without it. */
    private static final Set<String> CARRY_HTTP =
            Set.of("http", "h2c", "h2", "h3", "tls", "connect-tcp", "connect-udp");

    /** A protocol, and its version if it has one. */
    private static final Pattern PROTOCOL =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:/[!#$%&'*+.^_`|~0-9A-Za-z-]+)?");

    private UpgradeRules() {}

    /**
     * The protocols that a request asks for, as a VM is asked for them.
     *
     * @return null when it asks for none that could be passed on
     */
    public static @Nullable String wanted(boolean http11, Iterable<Entry<String, String>> headers) {
        if (!http11) {
            return null;
        }
        boolean named = false;
        List<String> wanted = new ArrayList<>();
        for (Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase("connection")) {
                named |= list(header.getValue()).stream().anyMatch(item -> item.equalsIgnoreCase("upgrade"));
            } else if (header.getKey().equalsIgnoreCase("upgrade")) {
                list(header.getValue()).stream()
                        .filter(protocol -> !CARRY_HTTP.contains(name(protocol)))
                        .forEach(wanted::add);
            }
        }
        return named && !wanted.isEmpty() ? String.join(", ", wanted) : null;
    }

    private static List<String> list(String value) {
        List<String> items = new ArrayList<>();
        for (String item : value.split(",", -1)) {
            if (!item.isBlank()) {
                items.add(item.trim());
            }
        }
        return items;
    }

    private static String name(String protocol) {
        int slash = protocol.indexOf('/');
        return (slash < 0 ? protocol : protocol.substring(0, slash)).trim().toLowerCase(Locale.ROOT);
    }

    /**
     * Why an upgrade is not passed on.
     *
     * @param wanted what {@link #wanted} says of the request
     * @return null when it may be
     */
    public static @Nullable Rejection rejection(
            String wanted, String method, Iterable<Entry<String, String>> headers, RequestTarget target, Route route) {
        if (!list(wanted).stream().allMatch(item -> PROTOCOL.matcher(item).matches())) {
            return new Rejection(RequestCheck.BAD_REQUEST, "Upgrade is malformed");
        }
        if (route.resubmit()) {
            return new Rejection(
                    RequestCheck.NOT_IMPLEMENTED,
                    "connections are not upgraded here: set route." + Routes.nameOfClosest(route, target.plainPath())
                            + ".resubmit=false in the router's file");
        }
        if (!method.equals("GET")) {
            return new Rejection(RequestCheck.NOT_IMPLEMENTED, "only GET upgrades a connection");
        }
        for (Entry<String, String> header : headers) {
            switch (header.getKey().toLowerCase(Locale.ROOT)) {
                case "transfer-encoding", "content-length" -> {
                    if (!header.getValue().equals("0")) {
                        return new Rejection(
                                RequestCheck.BAD_REQUEST, "a request that upgrades its connection has no body");
                    }
                }
                case "idempotency-key" -> {
                    return new Rejection(
                            RequestCheck.BAD_REQUEST, "a request that upgrades its connection has no Idempotency-Key");
                }
                default -> {
                    // It does not matter.
                }
            }
        }
        return null;
    }

    /** Whether a VM that switches to a protocol was asked for it. */
    public static boolean agrees(@Nullable String wanted, @Nullable String switched) {
        return wanted != null
                && switched != null
                && !list(switched).isEmpty()
                && list(switched).stream()
                        .allMatch(protocol -> list(wanted).stream().anyMatch(protocol::equalsIgnoreCase));
    }
}
