package io.gemel.conflict.log;

/** A log cannot be followed any further without losing something; the message names the fix. */
public final class LogException extends Exception {
    private static final long serialVersionUID = 1L;

    public LogException(String message) {
        super(message);
    }
}
