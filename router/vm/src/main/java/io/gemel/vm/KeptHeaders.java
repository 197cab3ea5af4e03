package io.gemel.vm;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The headers of an answer that are kept with it: those that say what came of a submission, and not how one client is to be treated. In the
 * ledger they are one text, a line for each. Pure.
 */
final class KeptHeaders {
    /** Most characters of a value. */
    static final int VALUE_MAX = 2_048;

    private static final List<String> NAMES = List.of("Location", "Content-Location", "ETag", "Link", "Retry-After");
    private static final String SEPARATOR = ": ";

    private KeptHeaders() {}

    /** These headers and one more. */
    static Map<String, String> with(Map<String, String> headers, String name, String value) {
        String kept = kept(name);
        if (kept == null) {
            throw new IllegalArgumentException("the header " + name + " is not kept with an answer, only " + NAMES
                    + "; set it where the response is sent");
        }
        if (value.length() > VALUE_MAX || !Submission.isPrintable(value)) {
            throw new IllegalArgumentException("the header " + name + " has at most " + VALUE_MAX
                    + " characters, all of them printable ASCII: '" + value + "'");
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(kept, value);
        return Collections.unmodifiableMap(more);
    }

    /** As they are stored; null when there are none. */
    static @Nullable String toText(Map<String, String> headers) {
        return headers.isEmpty()
                ? null
                : headers.entrySet().stream()
                        .map(header -> header.getKey() + SEPARATOR + header.getValue())
                        .collect(Collectors.joining("\n"));
    }

    /** As they were stored, by whatever VM: what this one would not keep is left out. */
    static Map<String, String> ofText(@Nullable String text) {
        Map<String, String> headers = Map.of();
        for (String line : text == null ? List.<String>of() : text.lines().toList()) {
            int end = line.indexOf(SEPARATOR);
            String name = end < 0 ? null : kept(line.substring(0, end));
            String value = line.substring(Math.max(0, end + SEPARATOR.length()));
            if (name != null && value.length() <= VALUE_MAX && Submission.isPrintable(value)) {
                headers = with(headers, name, value);
            }
        }
        return headers;
    }

    private static @Nullable String kept(String name) {
        String asked = name.toLowerCase(Locale.ROOT);
        return NAMES.stream()
                .filter(each -> each.toLowerCase(Locale.ROOT).equals(asked))
                .findFirst()
                .orElse(null);
    }
}
