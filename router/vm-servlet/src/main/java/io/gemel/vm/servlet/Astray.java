package io.gemel.vm.servlet;

import io.gemel.vm.VmConfig;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds requests that should have been submissions, and that a filter of the application answered without the rest of
 * its chain, where they are executed: frameworks that are filters do. What such a filter writes is not part of a
 * submission. Logged once for each prefix of submissions and status. Safe for any number of threads.
 */
final class Astray {
    private static final Logger LOG = LoggerFactory.getLogger(Astray.class);

    /** The request attribute of what {@link VmInnerFilter} was asked for, or was told of by now. */
    private static final String KNOWN = "io.gemel.vm.servlet.known";

    private static final String OUTCOME = "Gemel-Outcome";

    /** They change nothing, whoever answers them. */
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private static final int SUCCESS_FIRST = 200;
    private static final int SUCCESS_LAST = 399;

    private final VmConfig vm;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    Astray(VmConfig vm) {
        this.vm = vm;
    }

    /** The request came through all filters. */
    static void arrived(HttpServletRequest request) {
        request.setAttribute(KNOWN, true);
    }

    /** Looks at a request that the application has answered. */
    void look(HttpServletRequest request, HttpServletResponse response) {
        int status = response.getStatus();
        if (status < SUCCESS_FIRST
                || status > SUCCESS_LAST
                || request.getAttribute(KNOWN) != null
                || SAFE.contains(request.getMethod())
                || response.containsHeader(OUTCOME)) {
            return;
        }
        String prefix = Keyed.prefixOf(request, vm);
        if (prefix != null) {
            arrived(request);
            tell(prefix, request, status);
        }
    }

    private void tell(String prefix, HttpServletRequest request, int status) {
        if (told.add(prefix + ' ' + status)) {
            LOG.error(
                    "{} {} has a key, and was answered with {} by a filter that did not call the rest of its chain:"
                            + " what it wrote is not part of a submission, and happens again when a router resubmits"
                            + " the request. Let a servlet do the work, or remove the path from the VM's submissions"
                            + " (VmConfig, gemel.vm.submissions). Ignore this if the filter wrote nothing, as before"
                            + " a login. Said once for {} with this status",
                    request.getMethod(),
                    Keyed.pathOf(request),
                    status,
                    prefix);
        }
    }
}
