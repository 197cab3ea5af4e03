package io.gemel.vm.spring;

import io.gemel.vm.Outcome;
import io.gemel.vm.Submission;
import io.gemel.vm.Vm;
import io.gemel.vm.servlet.VmFailures;
import io.gemel.vm.servlet.VmHandling;
import io.gemel.vm.servlet.VmSubmission;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.servlet.error.ErrorAttributes;
import org.springframework.boot.web.servlet.support.ErrorPageFilter;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.context.request.ServletWebRequest;

/**
 * The handling of one request in Spring: with the page that the application shows for an error, with a fresh persistence context in each run, and
 * with what follows a commit kept waiting for that of the submission. For one thread.
 */
final class SpringHandling implements VmHandling {
    private static final String OPEN_TRANSACTION =
            "a transaction is open on this thread when the submission begins: a filter began it. What is written there is not in the"
                    + " submission; begin it in the handler";

    private static final int FAILED = 500;
    private static final int ROLLED_BACK = TransactionSynchronization.STATUS_ROLLED_BACK;

    private final Vm vm;
    private final ErrorPageFilter errorPages;
    private final @Nullable ErrorAttributes errors;
    private final List<Deferred> runs = new ArrayList<>();

    /**
     * @param errorPages what the application shows for errors
     * @param errors tells what a handler threw, although something made an answer of it; null when nothing does
     */
    SpringHandling(Vm vm, ErrorPageFilter errorPages, @Nullable ErrorAttributes errors) {
        this.vm = vm;
        this.errorPages = errorPages;
        this.errors = errors;
    }

    @Override
    public @Nullable Exception handle(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws Exception {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw vm.refusal(OPEN_TRANSACTION);
        }
        Deferred run = new Deferred(VmSubmission.current().map(Submission::key).orElse(""));
        runs.add(run);
        // A persistence context that a filter opened would outlive the run.
        Map<Object, Object> aside = new HashMap<>(TransactionSynchronizationManager.getResourceMap());
        aside.keySet().forEach(TransactionSynchronizationManager::unbindResource);
        run.begin();
        try {
            Exception error = answer(request, response, chain);
            if (vm.hasLent()) {
                VmSubmission.withoutChange(); // no other data source was used: what wrote nothing did nothing
            }
            return error;
        } finally {
            Deferred.end();
            aside.forEach(TransactionSynchronizationManager::bindResource);
        }
    }

    /** Lets the application answer, with the page that it shows for an error that it sends. */
    private @Nullable Exception answer(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws Exception {
        Caught caught = new Caught(chain);
        errorPages.doFilter(request, response, caught);
        boolean failed = response.getStatus() >= FAILED;
        Throwable cause = caught.error == null && failed && errors != null
                ? errors.getError(new ServletWebRequest(request))
                : caught.error;
        Exception ofLibrary = forLibrary(cause);
        if (ofLibrary != null) {
            throw ofLibrary;
        }
        return caught.error;
    }

    /** The error as the library understands it; null when it is the application's own. */
    static @Nullable Exception forLibrary(@Nullable Throwable error) {
        return VmFailures.forLibrary(error, ConcurrencyFailureException.class::isInstance);
    }

    /** Lets happen what waited for the submission to end. */
    @Override
    public void end(Outcome outcome) {
        for (int i = 0; i < runs.size(); i++) {
            runs.get(i).complete(i == runs.size() - 1 ? statusOf(outcome) : ROLLED_BACK);
        }
    }

    private static int statusOf(Outcome outcome) {
        return switch (outcome) {
            case EXECUTED -> TransactionSynchronization.STATUS_COMMITTED;
            case UNKNOWN -> TransactionSynchronization.STATUS_UNKNOWN;
            default -> ROLLED_BACK;
        };
    }

    /** Keeps an error from the page that is shown for it: filters outside may make an answer of it. */
    private static final class Caught implements FilterChain {
        private final FilterChain chain;
        private @Nullable Exception error;

        private Caught(FilterChain chain) {
            this.chain = chain;
        }

        @Override
        public void doFilter(ServletRequest request, ServletResponse response) {
            try {
                chain.doFilter(request, response);
            } catch (IOException | ServletException | RuntimeException e) {
                error = e;
            }
        }
    }
}
