package io.gemel.deploy.command;

/** The exit codes of every command. */
public final class ExitCode {
    /** The command did what was asked. */
    public static final int DONE = 0;

    /** The command found something wrong, or refused. */
    public static final int FINDING = 1;

    /** The command line or a configuration file cannot be used. */
    public static final int USAGE = 2;

    /** A server could not be reached. */
    public static final int UNREACHABLE = 3;

    private ExitCode() {}
}
