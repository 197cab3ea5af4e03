package io.gemel.vm.servlet;

import io.gemel.vm.Vm;
import io.gemel.vm.VmFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * The first of all filters, for all paths, requests and error dispatches. It answers routers under {@code /gemel/},
 * which send no credentials, and reports a submission to them that failed with an error that no filter handled: the
 * container answers it. What another filter answered in place of a submission is logged. Safe for any number of
 * threads.
 */
public final class VmOuterFilter implements Filter {
    /** The request attribute of a submission whose handling threw. */
    static final String FAILED = "io.gemel.vm.servlet.failed";

    /** The request attribute of one whose error no filter made an answer of. */
    private static final String ESCAPED = "io.gemel.vm.servlet.escaped";

    private final VmFilter endpoints;
    private final Astray astray;

    /**
     * @param context the application's
     * @throws IllegalStateException when the application is not at the root of its server, where routers ask
     */
    public VmOuterFilter(Vm vm, ServletContext context) {
        String path = context.getContextPath();
        if (!path.isEmpty()) {
            throw new IllegalStateException("the application's context path is '" + path
                    + "': routers send requests to a VM below /gemel/, so it must be at the root of its server."
                    + " Deploy a WAR as ROOT.war; with Spring Boot leave server.servlet.context-path empty,"
                    + " WebMvcConfigurer.configurePathMatch (addPathPrefix) can prefix the paths of controllers"
                    + " instead");
        }
        this.endpoints = new VmFilter(vm);
        this.astray = new Astray(vm.config());
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest asked && VmFilter.isForVm(asked)) {
            endpoints.doFilter(request, response, chain);
            return;
        }
        if (request.getAttribute(ESCAPED) != null) {
            tellFailure(response); // the container shows the error: some drop the headers before they do
        }
        try {
            chain.doFilter(request, response);
        } catch (IOException | ServletException | RuntimeException | Error e) {
            if (request.getAttribute(FAILED) != null) {
                request.setAttribute(ESCAPED, true);
                tellFailure(response);
            }
            throw e;
        }
        if (request instanceof HttpServletRequest asked
                && response instanceof HttpServletResponse answered
                && request.getDispatcherType() == DispatcherType.REQUEST) {
            astray.look(asked, answered);
        }
    }

    private static void tellFailure(ServletResponse response) {
        if (response instanceof HttpServletResponse http) {
            http.setHeader("Gemel-Outcome", "failed");
        }
    }
}
