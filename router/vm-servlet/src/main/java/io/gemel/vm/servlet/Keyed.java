package io.gemel.vm.servlet;

import io.gemel.vm.VmConfig;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/** Decides which requests are executed as submissions: those with a key under the submission paths. */
final class Keyed {
    private static final String KEY = "Idempotency-Key";

    private Keyed() {}

    /**
     * The prefix of submissions that a request is below; null when it is none.
     *
     * @param request by its path as the container understands it, which is how routers understand it, too
     */
    static @Nullable String prefixOf(HttpServletRequest request, VmConfig vm) {
        if (request.getHeader(KEY) == null) {
            return null;
        }
        String path = pathOf(request);
        for (String prefix : vm.submissions()) {
            if (isBelow(path, prefix)) {
                return prefix;
            }
        }
        return null;
    }

    static String pathOf(HttpServletRequest request) {
        String info = request.getPathInfo();
        return request.getServletPath() + (info == null ? "" : info);
    }

    private static boolean isBelow(String path, String prefix) {
        return path.startsWith(prefix)
                && (path.length() == prefix.length() || prefix.endsWith("/") || path.charAt(prefix.length()) == '/');
    }
}
