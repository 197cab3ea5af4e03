package io.gemel.apply.api;

/** An applier cannot start; the message says why and, where a person must fix something, how. */
public final class ApplyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean halt;

    public ApplyException(boolean halt, String message, Throwable cause) {
        super(message, cause);
        this.halt = halt;
    }

    /** True when a person has to fix something; false when trying again may do. */
    public boolean isHalt() {
        return halt;
    }
}
