package io.gemel.vm.spring;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Tells routers of a submission that failed by an error of which no filter made an answer: the container answers it. The first filter. Holds no
 * state; any thread.
 */
final class FailedOutcome implements Filter {
    /** The request attribute of a submission whose handling threw. */
    static final String FAILED = "io.gemel.vm.spring.failed";

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } catch (IOException | ServletException | RuntimeException e) {
            if (request.getAttribute(FAILED) != null && response instanceof HttpServletResponse http) {
                http.setHeader("Gemel-Outcome", "failed");
            }
            throw e;
        }
    }
}
