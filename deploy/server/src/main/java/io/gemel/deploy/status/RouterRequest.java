package io.gemel.deploy.status;

import io.gemel.deploy.status.RouterApi.Level;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The parameters of one request of a router. */
final class RouterRequest {
    /** Longest that anything is waited for. */
    static final Duration TIMEOUT_MAX = Duration.ofMinutes(1);

    private static final String TIMEOUT_MILLIS_DEFAULT = "1000";

    /** What is left of the 63 bytes that PostgreSQL keeps of a session's name, behind what marks a VM's. */
    private static final Pattern VM_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,53}");

    private static final int KEY_LENGTH_MAX = 1024;

    private final Map<String, String> parameters = new HashMap<>();

    /** A parameter is missing or means nothing; the message is for whoever asked. */
    static final class BadParameterException extends Exception {
        private static final long serialVersionUID = 1L;

        BadParameterException(String message) {
            super(message);
        }
    }

    RouterRequest(URI uri) throws BadParameterException {
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
    }

    private static String decoded(String text) throws BadParameterException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadParameterException("the query is not well-formed: " + e.getMessage());
        }
    }

    String origin() throws BadParameterException {
        String origin = parameters.getOrDefault("origin", "");
        if (origin.isEmpty()) {
            throw new BadParameterException("origin is missing: name the site whose log must be applied");
        }
        return origin;
    }

    /** Empty when none is named. */
    String key() throws BadParameterException {
        String key = parameters.getOrDefault("key", "");
        if (key.length() > KEY_LENGTH_MAX) {
            throw new BadParameterException("key is longer than " + KEY_LENGTH_MAX + " characters");
        }
        return key;
    }

    Level level() throws BadParameterException {
        return switch (parameters.getOrDefault("level", "").toLowerCase(Locale.ROOT)) {
            case "shipped" -> Level.SHIPPED;
            case "applied" -> Level.APPLIED;
            default -> throw new BadParameterException("level must be shipped or applied");
        };
    }

    String vm() throws BadParameterException {
        String vm = parameters.getOrDefault("vm", "");
        if (!VM_NAME.matcher(vm).matches()) {
            throw new BadParameterException("vm must be the name of a VM, at most 54 letters, digits, dots, underscores"
                    + " and hyphens, the first one a letter or a digit");
        }
        return vm;
    }

    /** 0 when nothing is said. */
    Duration age() throws BadParameterException {
        String millis = parameters.getOrDefault("olderThanMillis", "0");
        if (!millis.matches("\\d{1,18}")) {
            throw new BadParameterException("olderThanMillis must be a number");
        }
        return Duration.ofMillis(Long.parseLong(millis));
    }

    Duration timeout() throws BadParameterException {
        String millis = parameters.getOrDefault("timeoutMillis", TIMEOUT_MILLIS_DEFAULT);
        if (!millis.matches("\\d{1,9}") || Long.parseLong(millis) > TIMEOUT_MAX.toMillis()) {
            throw new BadParameterException("timeoutMillis must be a number up to " + TIMEOUT_MAX.toMillis());
        }
        return Duration.ofMillis(Long.parseLong(millis));
    }
}
