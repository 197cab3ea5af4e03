package io.gemel.deploy;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.ConfigException;
import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Says what ended a command, in one line each, without a stack trace unless {@code --verbose} is given. */
final class ErrorLines implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final BooleanSupplier verbose;

    /** Asks {@code verbose}, after the command line was read, whether stack traces are wanted. */
    ErrorLines(BooleanSupplier verbose) {
        this.verbose = verbose;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        String message = failure.getMessage();
        err.println(message == null || isUnexpected(failure) ? "unexpected failure: " + failure : message);
        if (verbose.getAsBoolean()) {
            failure.printStackTrace(err);
        } else if (isUnexpected(failure)) {
            err.println("run the command again with --verbose for details");
        }
        return exitCode(failure);
    }

    private static boolean isUnexpected(Exception failure) {
        return !(failure instanceof CommandException) && !(failure instanceof ConfigException);
    }

    private static int exitCode(Exception failure) {
        if (failure instanceof CommandException ended) {
            return ended.exitCode();
        }
        return failure instanceof ConfigException ? ExitCode.USAGE : ExitCode.FINDING;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        command.getErr().println(failure.getMessage());
        command.getErr().println("see " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }
}
