package io.gemel.router;

/** A router cannot start, or refuses what an operator asks for. The message says what to do. */
public final class RouterException extends Exception {
    private static final long serialVersionUID = 1L;

    RouterException(String message) {
        super(message);
    }

    RouterException(String message, Throwable cause) {
        super(message, cause);
    }
}
