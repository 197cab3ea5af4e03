package io.gemel.vm.spring;

import io.gemel.vm.Answer;
import io.gemel.vm.Outcome;
import io.gemel.vm.Result;
import io.gemel.vm.Submission;
import io.gemel.vm.Vm;
import io.gemel.vm.VmFilter;
import io.gemel.vm.Work;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.servlet.error.ErrorAttributes;
import org.springframework.boot.web.servlet.support.ErrorPageFilter;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.context.request.ServletWebRequest;

/** The handling of one request as the work of its submission, which may run several times. For one thread. */
final class RequestWork implements Work {
    private static final String OPEN_TRANSACTION =
            "a transaction is open on this thread when the submission begins: a filter began it. What is written there is not in the"
                    + " submission; begin it in the handler";

    private static final int FAILED = 500;
    private static final int ROLLED_BACK = TransactionSynchronization.STATUS_ROLLED_BACK;

    private final Vm vm;
    private final Submission submission;
    private final RepeatableRequest request;
    private final HttpServletResponse client;
    private final FilterChain chain;
    private final ErrorPageFilter errorPages;
    private final @Nullable ErrorAttributes errors;
    private final List<VmSubmission> runs = new ArrayList<>();
    private @Nullable Exception error;
    private @Nullable Answer answer;
    private @Nullable CapturedResponse response;

    RequestWork(
            Vm vm,
            Submission submission,
            RepeatableRequest request,
            HttpServletResponse client,
            FilterChain chain,
            ErrorPageFilter errorPages,
            @Nullable ErrorAttributes errors) {
        this.vm = vm;
        this.submission = submission;
        this.request = request;
        this.client = client;
        this.chain = chain;
        this.errorPages = errorPages;
        this.errors = errors;
    }

    @Override
    public Answer run(Connection connection) throws Exception {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw vm.refusal(OPEN_TRANSACTION);
        }
        request.rewind();
        CapturedResponse captured =
                new CapturedResponse(client, vm.config().limits().answerBytesMax());
        VmSubmission run = new VmSubmission(submission);
        runs.add(run);
        // A persistence context that a filter opened would outlive the run.
        Map<Object, Object> aside = new HashMap<>(TransactionSynchronizationManager.getResourceMap());
        aside.keySet().forEach(TransactionSynchronizationManager::unbindResource);
        run.begin();
        try {
            handle(captured);
        } finally {
            VmSubmission.end();
            aside.forEach(TransactionSynchronizationManager::bindResource);
        }
        Answer given = error == null ? captured.answer() : Answer.of(FAILED);
        answer = run.complete(given);
        response = captured;
        return answer;
    }

    /** Lets the application answer, with the page that it shows for an error that it sends. */
    private void handle(CapturedResponse captured) throws Exception {
        error = null;
        errorPages.doFilter(request, captured, this::pass);
        boolean failed = captured.getStatus() >= FAILED;
        Throwable cause =
                error == null && failed && errors != null ? errors.getError(new ServletWebRequest(request)) : error;
        Exception ofLibrary = Failures.forLibrary(cause);
        if (ofLibrary != null) {
            throw ofLibrary;
        }
    }

    private void pass(ServletRequest asked, ServletResponse answering) {
        try {
            chain.doFilter(asked, answering);
        } catch (IOException | ServletException | RuntimeException e) {
            error = e;
        }
    }

    /**
     * Lets happen what waited for the submission to end, and sends the client what it came to. An error of the application goes on its way, to
     * filters that make an answer of it and to the container, now that all is rolled back.
     */
    @SuppressWarnings("ReferenceEquality") // an equal answer may be that of an earlier attempt, with cookies of its own
    void conclude(Result result) throws IOException, ServletException {
        for (int i = 0; i < runs.size(); i++) {
            runs.get(i).complete(i == runs.size() - 1 ? statusOf(result.outcome()) : ROLLED_BACK);
        }
        CapturedResponse own = response;
        if (own != null && result.answer() == answer) {
            if (error != null) {
                request.setAttribute(FailedOutcome.FAILED, true);
                throwAsItWas(error);
            }
            own.sendOthersTo(client);
        }
        VmFilter.send(result, client);
    }

    private static void throwAsItWas(Exception error) throws IOException, ServletException {
        if (error instanceof IOException io) {
            throw io;
        }
        if (error instanceof ServletException servlet) {
            throw servlet;
        }
        throw (RuntimeException) error;
    }

    private static int statusOf(Outcome outcome) {
        return switch (outcome) {
            case EXECUTED -> TransactionSynchronization.STATUS_COMMITTED;
            case UNKNOWN -> TransactionSynchronization.STATUS_UNKNOWN;
            default -> ROLLED_BACK;
        };
    }
}
