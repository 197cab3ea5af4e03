package io.gemel.vm.servlet;

import io.gemel.vm.Answer;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The headers and cookies of an answer while it is written. For one thread. */
final class CapturedHeaders {
    private static final List<String> KEPT = List.of("Location", "Content-Location", "ETag", "Link", "Retry-After");

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Set<String> replaced = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private final List<Cookie> cookies = new ArrayList<>();
    private @Nullable Supplier<Map<String, String>> trailers;

    /** A time as headers have it. */
    static String date(long millis) {
        return DATE.format(Instant.ofEpochMilli(millis));
    }

    /** @param value null takes the header out */
    void set(String name, @Nullable String value) {
        replaced.add(name);
        values.remove(name);
        if (value != null) {
            add(name, value);
        }
    }

    void add(String name, String value) {
        values.computeIfAbsent(name, none -> new ArrayList<>()).add(value);
    }

    void add(Cookie cookie) {
        cookies.add(cookie);
    }

    void setTrailers(@Nullable Supplier<Map<String, String>> fields) {
        trailers = fields;
    }

    /** Null when there is none. */
    @Nullable
    List<String> get(String name) {
        return values.get(name);
    }

    Set<String> names() {
        return values.keySet();
    }

    void clear() {
        values.clear();
        replaced.clear();
        cookies.clear();
        trailers = null;
    }

    /**
     * The answer with the headers that are kept with it.
     *
     * @throws IllegalArgumentException naming a value that cannot be kept
     */
    Answer keptWith(Answer answer) {
        Answer complete = answer;
        for (String name : KEPT) {
            List<String> kept = values.get(name);
            if (kept != null) {
                complete = complete.withHeader(name, String.join(", ", kept));
            }
        }
        return complete;
    }

    /** Sends the client all that is not kept. */
    void sendOthersTo(HttpServletResponse client) {
        values.forEach((name, each) -> {
            if (KEPT.stream().noneMatch(name::equalsIgnoreCase)) {
                if (replaced.contains(name)) {
                    client.setHeader(name, each.get(0));
                } else {
                    client.addHeader(name, each.get(0));
                }
                each.stream().skip(1).forEach(more -> client.addHeader(name, more));
            }
        });
        cookies.forEach(client::addCookie);
        if (trailers != null) {
            client.setTrailerFields(trailers);
        }
    }
}
