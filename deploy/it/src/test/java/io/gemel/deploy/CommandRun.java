package io.gemel.deploy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs commands as a person would, and keeps what they print. One test. */
public final class CommandRun {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** Runs a command with a properties file and what follows it. */
    public int run(String command, Path file, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, file.toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    /** Runs a command line, its first word the command. */
    public int run(String... arguments) {
        return Gemel.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /** All that was printed so far. */
    public String out() {
        return out.toString();
    }

    /** All that was complained of so far. */
    public String err() {
        return err.toString();
    }
}
