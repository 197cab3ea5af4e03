package io.gemel.deploy.command;

import org.jspecify.annotations.Nullable;

/** Ends a command with one clear line and an exit code. Its cause is shown only when the operator asks for it. */
public final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String problem;
    private final String fix;

    /**
     * A failure to tell the operator.
     *
     * @param exitCode one of {@link ExitCode}
     * @param problem what went wrong, naming the thing
     * @param fix what to do about it
     * @param cause what was caught, if anything
     */
    public CommandException(int exitCode, String problem, String fix, @Nullable Throwable cause) {
        super(problem + ": " + fix, cause);
        this.problem = problem;
        this.fix = fix;
        this.exitCode = exitCode;
    }

    /** What went wrong, without the fix. */
    public String problem() {
        return problem;
    }

    public String fix() {
        return fix;
    }

    public int exitCode() {
        return exitCode;
    }
}
