package io.gemel.vm.servlet;

import io.gemel.vm.Answer;
import io.gemel.vm.Outcome;
import io.gemel.vm.Result.Settled;
import io.gemel.vm.Submission;
import io.gemel.vm.Vm;
import io.gemel.vm.VmFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * Executes each request with a key under the submission paths as a submission. It is the last filter before the
 * servlet, so that only the servlet runs again. Safe for any number of threads.
 */
public final class VmInnerFilter implements Filter {
    private static final int TOO_LARGE = 413;

    private final Vm vm;
    private final VmFilter headers;
    private final Supplier<VmHandling> handlings;

    /** For an application of servlets alone. */
    public VmInnerFilter(Vm vm) {
        this(vm, () -> VmHandling.PLAIN);
    }

    /** @param handlings gives each request's */
    public VmInnerFilter(Vm vm, Supplier<VmHandling> handlings) {
        this.vm = vm;
        this.headers = new VmFilter(vm);
        this.handlings = handlings;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        // Jetty asks filters that are mapped to all servlets' names for every kind of dispatch: forwards and error
        // pages, too.
        if (request.getDispatcherType() == DispatcherType.REQUEST
                && request instanceof HttpServletRequest http
                && Keyed.prefixOf(http, vm.config()) != null) {
            Astray.arrived(http);
            headers.doFilter(
                    request,
                    response,
                    (asked, answering) -> submit((HttpServletRequest) asked, (HttpServletResponse) answering, chain));
        } else {
            chain.doFilter(request, response);
        }
    }

    private void submit(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        int max = vm.config().limits().bodyBytesMax();
        RequestBody body = RequestBody.read(request, max);
        if (body == null) {
            Answer refusal = Answer.of(TOO_LARGE, "text/plain", "the body has more than " + max + " bytes\n");
            VmFilter.send(new Settled(Outcome.REJECTED, refusal), response);
            return;
        }
        Submission submission = fingerprinted((Submission) request.getAttribute(VmFilter.SUBMISSION), request, body);
        RepeatableRequest repeatable = new RepeatableRequest(request, vm, body);
        RequestWork work = new RequestWork(vm, submission, repeatable, response, chain, handlings.get());
        work.conclude(vm.submit(submission, work));
    }

    private static Submission fingerprinted(Submission submission, HttpServletRequest request, RequestBody body) {
        if (submission.fingerprint() != null) {
            return submission;
        }
        String query = request.getQueryString();
        String target = request.getRequestURI() + (query == null ? "" : "?" + query);
        return submission.withFingerprint(Submission.fingerprintOf(request.getMethod(), target, body.mark()));
    }
}
