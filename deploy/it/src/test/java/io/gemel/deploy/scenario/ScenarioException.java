package io.gemel.deploy.scenario;

/** A scenario file that cannot be understood, and how to write what was meant. */
final class ScenarioException extends Exception {
    private static final long serialVersionUID = 1L;

    ScenarioException(String message) {
        super(message);
    }
}
