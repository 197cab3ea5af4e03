package io.gemel.deploy.config;

import io.gemel.transaction.SiteId;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the text of single settings. Every method gives a valid value or says what would be one. */
final class Values {
    private static final Pattern TOPIC_PREFIX = Pattern.compile("[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,99}");
    private static final Pattern HOST_PORT = Pattern.compile("(?:\\[([0-9a-fA-F:.%]+)]|([^\\s:,\\[\\]]+)):(\\d{1,5})");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,39}");
    private static final Pattern PATH_PREFIX = Pattern.compile("/[\\w./~%-]{0,199}");
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15})\\s*([A-Za-z]*)");
    private static final Map<String, Duration> TIME_UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));
    private static final Map<String, Long> SIZE_UNITS =
            Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);
    static final int PORT_MAX = 65535;

    private Values() {}

    static String notBlank(String text) throws BadValueException {
        if (text.isBlank()) {
            throw new BadValueException("is empty", "give it a value");
        }
        return text;
    }

    static SiteId siteName(String text) throws BadValueException {
        try {
            return new SiteId(text);
        } catch (IllegalArgumentException e) {
            throw new BadValueException(
                    "is '" + text + "', which cannot name a site",
                    "use at most " + SiteId.NAME_LENGTH_MAX
                            + " lower-case letters, digits and underscores, a letter first");
        }
    }

    static String databaseUrl(String text) throws BadValueException {
        if (!text.startsWith("jdbc:postgresql:") || !isReadByDriver(text)) {
            throw new BadValueException(
                    "is '" + text + "', which is not a PostgreSQL JDBC URL",
                    "write jdbc:postgresql://HOST:PORT/DATABASE");
        }
        if (text.matches(".*[?&](user|password)=.*")) {
            throw new BadValueException(
                    "holds a user or a password", "move them to database.user and database.password");
        }
        return text;
    }

    private static boolean isReadByDriver(String url) {
        try {
            DriverManager.getDriver(url);
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    static String topicPrefix(String text) throws BadValueException {
        if (!TOPIC_PREFIX.matcher(text).matches()) {
            throw new BadValueException(
                    "is '" + text + "', which cannot begin a Kafka topic's name",
                    "use at most 100 letters, digits, dots, underscores and hyphens");
        }
        return text;
    }

    static int replicationFactor(String text) throws BadValueException {
        return text.equals("-1") ? -1 : count(text, 1, 100);
    }

    /** One or more addresses, comma separated; the text is kept as it is. */
    static String hostPorts(String text) throws BadValueException {
        for (String address : notBlank(text).split(",", -1)) {
            hostPort(address.strip());
        }
        return text;
    }

    static HostPort hostPort(String text) throws BadValueException {
        Matcher matcher = HOST_PORT.matcher(text);
        if (matcher.matches()) {
            int port = Integer.parseInt(matcher.group(3));
            if (port <= PORT_MAX) {
                String address = matcher.group(1);
                return new HostPort(address != null ? address : matcher.group(2), port);
            }
        }
        throw new BadValueException(
                "is '" + text + "', which is not an address", "write HOST:PORT, for example 127.0.0.1:7070");
    }

    /** The base of a server, without a path. */
    static URI httpUrl(String text) throws BadValueException {
        try {
            URI url = new URI(text);
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean bare = "".equals(url.getRawPath()) && url.getRawQuery() == null && url.getRawUserInfo() == null;
            if (http && bare && url.getHost() != null && url.getPort() != 0 && url.getPort() <= PORT_MAX) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Falls through to the one message below: a text that is no URI is no address either.
        }
        throw new BadValueException(
                "is '" + text + "', which is not a server's address", "write http://HOST:PORT, without a path");
    }

    /** A name that may stand in a header, a URL and an application_name. */
    static String name(String text) throws BadValueException {
        if (!NAME.matcher(text).matches()) {
            throw new BadValueException(
                    "has the name '" + text + "'", "use at most 40 letters, digits, dots, underscores and hyphens");
        }
        return text;
    }

    static String pathPrefix(String text) throws BadValueException {
        if (!PATH_PREFIX.matcher(text).matches()) {
            throw new BadValueException(
                    "has the path '" + text + "'", "begin it with a slash, as in route./transfers.durability");
        }
        return text;
    }

    /** What stands between commas; nothing for no text. */
    static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::trim)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** A directory, which need not be on this machine; that of temporary files when there is no text. */
    static Path directory(String text) throws BadValueException {
        try {
            return Path.of(text.isEmpty() ? System.getProperty("java.io.tmpdir") : text);
        } catch (InvalidPathException e) {
            throw new BadValueException("is not a path (" + e.getMessage() + ")", "name a directory");
        }
    }

    static boolean yesOrNo(String text) throws BadValueException {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new BadValueException("is '" + text + "'", "write true or false");
        };
    }

    /** A constant by its name in lower case. */
    static <E extends Enum<E>> E word(String text, Class<E> type) throws BadValueException {
        for (E each : type.getEnumConstants()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                return each;
            }
        }
        String words = Stream.of(type.getEnumConstants())
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new BadValueException("is '" + text + "'", "write one of " + words);
    }

    static int count(String text, int least, int most) throws BadValueException {
        try {
            int count = Integer.parseInt(text);
            if (count >= least && count <= most) {
                return count;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message below: a text that is no number is out of range too.
        }
        throw new BadValueException("is '" + text + "'", "write a whole number from " + least + " to " + most);
    }

    static Duration duration(String text, Duration least, Duration most) throws BadValueException {
        Matcher matcher = AMOUNT.matcher(text);
        Duration unit = matcher.matches() ? TIME_UNITS.get(matcher.group(2)) : null;
        if (unit != null) {
            long amount = Long.parseLong(matcher.group(1));
            if (amount <= most.toMillis() / unit.toMillis()) {
                Duration duration = unit.multipliedBy(amount);
                if (duration.compareTo(least) >= 0) {
                    return duration;
                }
            }
        }
        throw new BadValueException(
                "is '" + text + "'",
                "write a duration from " + shown(least) + " to " + shown(most)
                        + ", with its unit: 100ms, 5s, 1m, 12h or 7d");
    }

    private static String shown(Duration duration) {
        for (String unit : List.of("d", "h", "m", "s")) {
            long millis = Objects.requireNonNull(TIME_UNITS.get(unit)).toMillis();
            if (duration.toMillis() % millis == 0) {
                return duration.toMillis() / millis + unit;
            }
        }
        return duration.toMillis() + "ms";
    }

    static long size(String text, long least, long most) throws BadValueException {
        Matcher matcher = AMOUNT.matcher(text);
        Long unit = matcher.matches() ? SIZE_UNITS.get(matcher.group(2)) : null;
        if (unit != null) {
            long amount = Long.parseLong(matcher.group(1));
            if (amount <= most / unit && amount * unit >= least) {
                return amount * unit;
            }
        }
        throw new BadValueException(
                "is '" + text + "'",
                "write a size from " + shown(least) + " to " + shown(most) + ", with its unit: B, KiB, MiB or GiB");
    }

    private static String shown(long bytes) {
        for (String unit : List.of("GiB", "MiB", "KiB")) {
            long size = Objects.requireNonNull(SIZE_UNITS.get(unit));
            if (bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return bytes + "B";
    }
}
