package io.gemel.vm.servlet;

import io.gemel.vm.Vm;
import io.gemel.vm.VmHeartbeats;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.locks.LockSupport;

/**
 * A servlet application that is a VM: made when the application starts, and closed when it ends. Safe for any number of threads.
 */
public final class VmServlets implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(10);

    private final Vm vm;
    private final VmHeartbeats heartbeats;

    private VmServlets(Vm vm, VmHeartbeats heartbeats) {
        this.vm = vm;
        this.heartbeats = heartbeats;
    }

    /**
     * Puts {@link VmOuterFilter} before and {@link VmInnerFilter} after all filters of the application, and answers
     * heartbeats on a dedicated port. For {@code ServletContextListener.contextInitialized} or a {@code
     * ServletContainerInitializer}.
     *
     * @param vm closed with what this returns
     * @param heartbeats where heartbeats are answered; port 0 takes a free one
     * @throws UncheckedIOException when it cannot listen there
     * @throws IllegalStateException when the application is not at the root of the server, or has started already
     */
    public static VmServlets register(ServletContext context, Vm vm, InetSocketAddress heartbeats) {
        if (context.getServletRegistrations().values().stream()
                .noneMatch(servlet -> servlet.getMappings().contains("/"))) {
            // Tomcat asks no filter for a request that no servlet is mapped to. This one is never asked itself.
            context.addServlet("gemelEndpoints", new HttpServlet() {}).addMapping("/gemel/*");
        }
        FilterRegistration.Dynamic outer = added(context.addFilter("gemelOuter", new VmOuterFilter(vm, context)));
        outer.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ERROR), false, "/*");
        // By the servlet's name: containers ask such filters after all those of a path.
        FilterRegistration.Dynamic inner = added(context.addFilter("gemelInner", new VmInnerFilter(vm)));
        inner.addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, "*");
        try {
            return new VmServlets(vm, new VmHeartbeats(vm, heartbeats));
        } catch (IOException e) {
            throw new UncheckedIOException("heartbeats cannot be answered at " + heartbeats, e);
        }
    }

    /** Requests that are no submissions may be handled asynchronously as before. */
    private static FilterRegistration.Dynamic added(FilterRegistration.Dynamic filter) {
        if (filter == null) {
            throw new IllegalStateException("this application is a VM already: register it once");
        }
        filter.setAsyncSupported(true);
        return filter;
    }

    /** The port that heartbeats are answered on. */
    public int heartbeatPort() {
        return heartbeats.port();
    }

    /**
     * Takes no new submissions, waits for those that run, at most as long as one may take, and answers heartbeats until then: routers take
     * their silence for a death. For {@code contextDestroyed}.
     */
    @Override
    public void close() {
        vm.drain();
        long deadline = System.nanoTime() + vm.config().limits().time().toNanos();
        while (vm.inFlight() > 0 && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(POLL.toNanos());
        }
        heartbeats.close();
        vm.close();
    }
}
