package io.gemel.deploy.config;

/** A setting's text that cannot be read: what is wrong with it, and what would be accepted. */
final class BadValueException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String fix;

    BadValueException(String problem, String fix) {
        super(problem);
        this.fix = fix;
    }

    /** What is wrong, in words that follow the key: "is not a duration". */
    String problem() {
        return String.valueOf(getMessage());
    }

    String fix() {
        return fix;
    }
}
