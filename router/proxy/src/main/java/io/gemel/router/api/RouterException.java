package io.gemel.router.api;

/** A router cannot start, or rejects an operator's request. The message says what to do. */
public final class RouterException extends Exception {
    private static final long serialVersionUID = 1L;

    public RouterException(String message) {
        super(message);
    }

    public RouterException(String message, Throwable cause) {
        super(message, cause);
    }
}
