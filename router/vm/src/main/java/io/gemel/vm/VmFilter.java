package io.gemel.vm;

import io.gemel.vm.ProtocolHeaders.Headers;
import io.gemel.vm.ProtocolHeaders.Reply;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A VM in a servlet container. It answers below {@code /gemel/} itself. Of every other request with an {@code
 * Idempotency-Key} it makes a submission, for {@link Vm#submit(Work)} on the same thread and in the attribute {@link
 * #SUBMISSION}; requests without a key pass unchanged. Reads no body: a fingerprint is compared only when the router
 * sends one.
 */
public final class VmFilter implements Filter {
    /** The request attribute that holds the {@link Submission}. */
    public static final String SUBMISSION = "io.gemel.vm.submission";

    private final Vm vm;
    private final Endpoints endpoints;

    public VmFilter(Vm vm) {
        this.vm = vm;
        this.endpoints = new Endpoints(vm);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer) {
            filter(http, answer, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Returns whether a request is for the VM itself: routers ask it below {@code /gemel/}. */
    public static boolean isForVm(HttpServletRequest request) {
        return pathOf(request).startsWith(Endpoints.PREFIX);
    }

    /** Sends what a submission came to: the answer, with the outcome for the router. */
    public static void send(Result result, HttpServletResponse response) throws IOException {
        send(Reply.of(result), response);
    }

    private void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Headers headers = request::getHeader;
        if (isForVm(request)) {
            send(endpoints.reply(request.getMethod(), pathOf(request), request.getQueryString(), headers), response);
            return;
        }
        if (headers.first(ProtocolHeaders.KEY) == null) {
            chain.doFilter(request, response);
            return;
        }
        Submission submission = submission(request, headers, response);
        if (submission == null) {
            return;
        }
        request.setAttribute(SUBMISSION, submission);
        CurrentSubmission.set(submission);
        try {
            chain.doFilter(request, response);
        } finally {
            CurrentSubmission.clear();
        }
    }

    /** Below the application, as it was sent. */
    private static String pathOf(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }

    /** Null when the headers are wrong; that has been answered then. */
    private @Nullable Submission submission(HttpServletRequest request, Headers headers, HttpServletResponse response)
            throws IOException {
        try {
            return ProtocolHeaders.submission(headers, vm.clock(), vm.config().limits());
        } catch (IllegalArgumentException e) {
            VmUnreadBody.discard(request.getInputStream());
            send(Answers.notASubmission(String.valueOf(e.getMessage())), response);
            return null;
        }
    }

    private static void send(Reply reply, HttpServletResponse response) throws IOException {
        Answer answer = reply.answer();
        response.setStatus(answer.status());
        if (answer.contentType() != null) {
            response.setContentType(answer.contentType());
        }
        answer.headers().forEach(response::setHeader);
        if (reply.outcome() != null) {
            response.setHeader(ProtocolHeaders.OUTCOME, reply.outcome().word());
        }
        response.setContentLength(answer.bytes());
        response.getOutputStream().write(answer.body());
    }
}
