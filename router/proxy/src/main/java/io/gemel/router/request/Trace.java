package io.gemel.router.request;

import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A trace that a request belongs to (W3C Trace Context). Pure.
 *
 * @param id 32 hexadecimal digits
 * @param parent the sender's span, 16 hexadecimal digits; null when the trace begins here
 * @param flags whether it is sampled, and whether its id is random
 */
public record Trace(String id, @Nullable String parent, int flags) {
    public static final String PARENT = "traceparent";
    public static final String STATE = "tracestate";

    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final String FORBIDDEN = "ff";
    private static final String KNOWN = "00";
    private static final int SAMPLED = 1;
    private static final int RANDOM = 2;

    /**
     * The trace that a request names.
     *
     * @param values of its headers {@code traceparent}
     * @return null for none, and for one that is not proper
     */
    public static @Nullable Trace parse(List<String> values) {
        if (values.size() != 1) {
            return null;
        }
        Matcher form = FORM.matcher(values.get(0).trim());
        if (!form.matches()) {
            return null;
        }
        String version = form.group(1);
        boolean proper = !version.equals(FORBIDDEN)
                && (form.group(5) == null || !version.equals(KNOWN))
                && !isZero(form.group(2))
                && !isZero(form.group(3));
        // What later versions say with other flags is not known here, and must not be said in the name of this one.
        int flags = Integer.parseInt(form.group(4), 16) & (SAMPLED | RANDOM);
        return proper ? new Trace(form.group(2), form.group(3), flags) : null;
    }

    private static boolean isZero(String digits) {
        return digits.chars().allMatch(digit -> digit == '0');
    }

    /** A new one. */
    public static Trace begin(RandomGenerator random, boolean sampled) {
        return new Trace(id(random), null, RANDOM | (sampled ? SAMPLED : 0));
    }

    /** A new span's id: never nothing but zeros, which stands for none. */
    public static String span(RandomGenerator random) {
        return hex(random);
    }

    /** An id of 32 digits. */
    public static String id(RandomGenerator random) {
        return hex(random) + hex(random);
    }

    private static String hex(RandomGenerator random) {
        long bits = random.nextLong();
        return HexFormat.of().toHexDigits(bits == 0 ? 1 : bits);
    }

    public boolean sampled() {
        return (flags & SAMPLED) != 0;
    }

    /** What whoever gets the request from a span is told. */
    public String header(String span) {
        return KNOWN + "-" + id + "-" + span + "-" + HexFormat.of().toHexDigits((byte) flags);
    }
}
