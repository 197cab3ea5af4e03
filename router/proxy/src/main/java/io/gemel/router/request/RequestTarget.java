package io.gemel.router.request;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Target of a request's first line, in origin form. Pure.
 *
 * @param text path and query unchanged, as a VM gets them
 * @param plainPath the path as a server may understand it: decoded once, without dot segments, doubled slashes and
 *     parameters
 */
public record RequestTarget(String text, String plainPath) {
    private static final String OWN_PREFIX = "/gemel";
    private static final String OUTCOME_PREFIX = "/gemel/outcome/";

    /**
     * Reads a target; one in absolute form loses its scheme and authority, which never choose where it goes.
     *
     * @return null for one that is not proper
     */
    public static @Nullable RequestTarget parse(String raw) {
        String text = raw;
        if (!raw.startsWith("/")) {
            String lower = raw.toLowerCase(Locale.ROOT);
            if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
                return null;
            }
            int slash = raw.indexOf('/', raw.indexOf("//") + 2);
            text = slash < 0 ? "/" : raw.substring(slash);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#' || c == '\\') {
                return null;
            }
        }
        int query = text.indexOf('?');
        String path = query < 0 ? text : text.substring(0, query);
        String decoded = decode(path);
        return decoded == null ? null : new RequestTarget(inOneSpelling(text), plain(decoded));
    }

    /** VMs see a key that came in quotes without them, in a path as in a header. */
    private static String inOneSpelling(String text) {
        String key = new RequestTarget(text, "").outcomeKey();
        int query = text.indexOf('?');
        return key == null
                ? text
                : OUTCOME_PREFIX
                        + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20")
                        + (query < 0 ? "" : text.substring(query));
    }

    private static @Nullable String decode(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        StringBuilder decoded = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '%') {
                decoded.append(c);
                continue;
            }
            int high = i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
            int low = i + 2 < path.length() ? Character.digit(path.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0 || high + low == 0) {
                return null;
            }
            decoded.append((char) (high * 16 + low));
            i += 2;
        }
        return decoded.toString();
    }

    private static String plain(String path) {
        return isPlain(path) ? path : plainOf(path);
    }

    /** Whether it has only whole segments of usual characters, as nearly all paths do: looked at before anything is taken apart. */
    private static boolean isPlain(String path) {
        char before = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean unusual = c == '\\' || c == ';' || (before == '/' && (c == '/' || c == '.'));
            if (unusual) {
                return false;
            }
            before = c;
        }
        return true;
    }

    private static String plainOf(String path) {
        Deque<String> segments = new ArrayDeque<>();
        boolean open = true;
        for (String raw : path.replace('\\', '/').split("/", -1)) {
            int parameters = raw.indexOf(';');
            String segment = parameters < 0 ? raw : raw.substring(0, parameters);
            open = segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!open) {
                segments.addLast(segment);
            }
        }
        String joined = "/" + String.join("/", segments);
        return open && !segments.isEmpty() ? joined + "/" : joined;
    }

    /** Whether it is one of the paths that are between routers and VMs, however it is spelt. */
    public boolean own() {
        return plainPath.regionMatches(true, 0, OWN_PREFIX, 0, OWN_PREFIX.length())
                && (plainPath.length() == OWN_PREFIX.length() || plainPath.charAt(OWN_PREFIX.length()) == '/');
    }

    /** The key whose outcome it asks for, when it is spelt in the one proper way; null otherwise. */
    @Nullable
    public String outcomeKey() {
        if (!text.startsWith(OUTCOME_PREFIX)) {
            return null;
        }
        int query = text.indexOf('?');
        String path = query < 0 ? text : text.substring(0, query);
        String key = decode(path.substring(OUTCOME_PREFIX.length()));
        return key == null || key.contains("/") ? null : RequestCheck.key(key);
    }

    /** Whether it asks for a key to be closed. */
    public boolean fence() {
        int query = text.indexOf('?');
        return query >= 0 && ("&" + text.substring(query + 1) + "&").contains("&fence=true&");
    }

    /** Whether the path lies under a prefix of whole segments. */
    public boolean under(String prefix) {
        return plainPath.startsWith(prefix)
                && (plainPath.length() == prefix.length()
                        || prefix.endsWith("/")
                        || plainPath.charAt(prefix.length()) == '/');
    }
}
