package io.gemel.vm.servlet;

import io.gemel.vm.Outcome;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a framework does around the handling of one request that is executed as a submission. For one thread. */
public interface VmHandling {
    /** That of servlets alone: what the database says of a statement, and nobody handled, is the library's to answer. */
    VmHandling PLAIN = (request, response, chain) -> {
        try {
            chain.doFilter(request, response);
            return null;
        } catch (IOException | ServletException | RuntimeException e) {
            Exception ofLibrary = VmFailures.forLibrary(e, error -> false);
            Exception ofDatabase = ofLibrary == null ? VmFailures.ofDatabase(e) : ofLibrary;
            if (ofDatabase != null) {
                throw ofDatabase;
            }
            return e;
        }
    };

    /**
     * Runs the application's handling; once per run, after everything that the last run wrote was rolled back.
     *
     * @return the application's own error, which fails the submission and propagates to outer filters and the
     *     container, as an {@link Error} does that is thrown; null when it answered
     * @throws Exception what the library answers, as {@link VmFailures} tells
     */
    @Nullable
    Exception handle(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws Exception;

    /** The submission has ended so; nothing of it is sent yet. */
    default void end(Outcome outcome) {}
}
