package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A running child process, with the processes it started itself. Its output goes to a file. It is killed when this JVM
 * exits. Safe to use from several threads.
 */
final class ChildProcess {
    /** The signals that are sent here, by the names {@code kill} knows. */
    enum Signal {
        HUP,
        INT,
        QUIT,
        TERM,
        STOP,
        CONT
    }

    private static final Duration KILL_LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Process process;
    private final Path log;
    private final ExitHook killAtExit;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.killAtExit = ExitHook.set("kill " + name, this::killTree);
    }

    /**
     * Starts a program.
     *
     * @param name what messages call it
     * @param log the file its output is appended to; its directory is created where it is missing
     */
    static ChildProcess start(String name, List<String> command, Path log) {
        try {
            Path directory = log.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Process process = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectErrorStream(true)
                    .start();
            try {
                return new ChildProcess(name, process, log);
            } catch (IllegalStateException exiting) {
                process.destroyForcibly();
                throw exiting;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name + " with " + command, e);
        }
    }

    /** Runs a program to its end. */
    static void run(String name, List<String> command, Path log, Duration limit) {
        ChildProcess child = start(name, command, log);
        int code = child.awaitExit(limit);
        if (code != 0) {
            throw new IllegalStateException(name + " failed with exit code " + code + ". " + child.logTail());
        }
    }

    /** The id of the user that runs this JVM and what it starts. */
    static int user() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell who runs this process", e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal to the process itself, not to those it started. Does nothing to a process that has ended. */
    void signal(Signal signal) {
        // Asked first: the id of a process that has ended may belong to a stranger by now.
        if (process.isAlive()) {
            signal(signal, process.pid());
        }
    }

    /** Sends a signal to the process and, after it, to all that it started. Does nothing to a process that has ended. */
    void signalAll(Signal signal) {
        signal(signal);
        process.descendants().forEach(each -> signal(signal, each.pid()));
    }

    /**
     * Waits for the process to end.
     *
     * @return its exit code; 128 + n when signal n ended it
     * @throws IllegalStateException when it still runs after {@code limit}; it has been killed then
     */
    int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
                throw new IllegalStateException(
                        name + " did not end within " + limit.toSeconds() + " s and was killed. " + logTail());
            }
        } catch (InterruptedException e) {
            throw Waiting.interrupted("waiting for the end of " + name, e);
        }
        killAtExit.remove();
        return process.exitValue();
    }

    /**
     * Kills the process and all that it started, as a power cut would, and returns when none of them is left. Does
     * nothing to a process that has ended.
     */
    void kill() {
        killTree();
        killAtExit.remove();
    }

    /** The end of what the process wrote, for an error message. */
    String logTail() {
        return LogTail.of(log);
    }

    private void killTree() {
        if (!process.isAlive()) {
            return;
        }
        // Stopped first, so that it starts nobody between the listing and the kill.
        signal(Signal.STOP);
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        Waiting.until(
                "the killed processes of " + name,
                KILL_LIMIT,
                () -> !process.isAlive() && family.stream().allMatch(handle -> isGone(handle.pid())));
    }

    /** True for a process without a row in the process table, and for one that only waits to be buried by its parent. */
    private static boolean isGone(long pid) {
        try {
            String status = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            char state = status.charAt(status.lastIndexOf(')') + 2);
            return state == 'Z' || state == 'X';
        } catch (IOException e) {
            return true;
        }
    }

    private static void signal(Signal signal, long pid) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // A process that ended in the meantime needs no signal any more.
            if (kill.waitFor() != 0 && !isGone(pid)) {
                throw new IllegalStateException("cannot send " + signal + " to process " + pid + ": " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot send " + signal + " to process " + pid, e);
        } catch (InterruptedException e) {
            throw Waiting.interrupted("sending " + signal + " to process " + pid, e);
        }
    }
}
