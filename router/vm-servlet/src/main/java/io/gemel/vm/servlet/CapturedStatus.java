package io.gemel.vm.servlet;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/** The status of an answer, and whether the application has ended it with an error or a redirect: then it no longer changes. For one thread. */
final class CapturedStatus {
    private int code = HttpServletResponse.SC_OK;
    private boolean ended;
    private @Nullable String errorMessage;

    int code() {
        return code;
    }

    /** Does nothing once it has ended. */
    void set(int next) {
        if (!ended) {
            code = next;
        }
    }

    boolean isEnded() {
        return ended;
    }

    /** @throws IllegalStateException when it has ended */
    void requireNotEnded() {
        if (ended) {
            throw new IllegalStateException("the answer has ended");
        }
    }

    void end(int last) {
        code = last;
        ended = true;
    }

    /** @param message empty for none */
    void endWithError(int last, String message) {
        end(last);
        errorMessage = message;
    }

    /** What it ended with as an error; null when it did not. */
    @Nullable
    String errorMessage() {
        return errorMessage;
    }

    /** The answer begins anew. */
    void clear() {
        code = HttpServletResponse.SC_OK;
        ended = false;
        errorMessage = null;
    }
}
