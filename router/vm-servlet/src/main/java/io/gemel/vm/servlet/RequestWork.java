package io.gemel.vm.servlet;

import io.gemel.vm.Answer;
import io.gemel.vm.Result;
import io.gemel.vm.Submission;
import io.gemel.vm.Vm;
import io.gemel.vm.VmFilter;
import io.gemel.vm.Work;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** The handling of one request as the work of its submission, which may run several times. For one thread. */
final class RequestWork implements Work {
    private static final int FAILED = 500;

    private final Vm vm;
    private final Submission submission;
    private final RepeatableRequest request;
    private final HttpServletResponse client;
    private final FilterChain chain;
    private final VmHandling handling;
    private @Nullable Throwable error;
    private @Nullable Answer answer;
    private @Nullable CapturedResponse response;

    RequestWork(
            Vm vm,
            Submission submission,
            RepeatableRequest request,
            HttpServletResponse client,
            FilterChain chain,
            VmHandling handling) {
        this.vm = vm;
        this.submission = submission;
        this.request = request;
        this.client = client;
        this.chain = chain;
        this.handling = handling;
    }

    @Override
    public Answer run(Connection connection) throws Exception {
        request.rewind();
        CapturedResponse captured =
                new CapturedResponse(client, vm.config().limits().answerBytesMax());
        VmSubmission run = new VmSubmission(submission);
        run.begin();
        try {
            error = handling.handle(request, captured, chain);
        } catch (Error e) { // of the application, too: a stack that was too deep, a class that is not there
            error = e;
        } finally {
            VmSubmission.end();
        }
        Answer given = error == null ? captured.answer() : Answer.of(FAILED);
        answer = run.complete(given);
        response = captured;
        return answer;
    }

    /**
     * Sends the client the submission's result. An error of the application propagates, to filters that handle it and
     * to the container, after everything was rolled back.
     */
    @SuppressWarnings("ReferenceEquality") // an equal answer may be that of an earlier attempt, with cookies of its own
    void conclude(Result result) throws IOException, ServletException {
        handling.end(result.outcome());
        CapturedResponse own = response;
        if (own != null && result.answer() == answer) {
            if (error != null) {
                request.setAttribute(VmOuterFilter.FAILED, true);
                throwAsItWas(error);
            }
            own.sendOthersTo(client);
            if (own.errorMessage() != null) {
                client.setHeader("Gemel-Outcome", result.outcome().word());
                result.answer().headers().forEach(client::setHeader);
                client.sendError(result.answer().status(), own.errorMessage());
                return;
            }
        }
        VmFilter.send(result, client);
    }

    /** A checked exception that servlets cannot throw comes wrapped, as containers do it. */
    static void throwAsItWas(Throwable error) throws IOException, ServletException {
        if (error instanceof IOException io) {
            throw io;
        }
        if (error instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (error instanceof Error serious) {
            throw serious;
        }
        throw error instanceof ServletException servlet ? servlet : new ServletException(error);
    }
}
