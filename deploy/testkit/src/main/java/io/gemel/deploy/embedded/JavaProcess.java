package io.gemel.deploy.embedded;

import io.gemel.deploy.embedded.ChildProcess.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java main class of this JVM's own classpath, run in a JVM of its own, so that it can be killed or frozen without harm
 * to this one. It is killed when this JVM exits. Safe to use from several threads.
 */
public final class JavaProcess implements AutoCloseable {
    private final ChildProcess process;
    private final Path log;

    private JavaProcess(ChildProcess process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Describes a process.
     *
     * @param mainClass the full name of the class with the main method
     * @param log the file its standard output and standard error are appended to
     */
    public static Builder builder(String mainClass, Path log) {
        return new Builder(mainClass, log);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The file with all it wrote to standard output and standard error. */
    public Path log() {
        return log;
    }

    /** Kills it and whatever it started, as a power cut would; returns when all are gone. */
    public void kill() {
        process.kill();
    }

    /**
     * Asks it to end in good order (SIGTERM) and waits.
     *
     * @return its exit code; a JVM ended by SIGTERM gives 143
     * @throws IllegalStateException when it has not ended within the limit; it has been killed then
     */
    public int terminate(Duration limit) {
        tellToEnd();
        return process.awaitExit(limit);
    }

    /** Asks it to end in good order, and waits for nothing. */
    public void tellToEnd() {
        process.signal(Signal.TERM);
    }

    /** Tells it by SIGHUP to read its settings again; a program that does not know that signal ends. */
    public void hangUp() {
        process.signal(Signal.HUP);
    }

    /**
     * Waits for it to end by itself.
     *
     * @return its exit code
     * @throws IllegalStateException when it has not ended within the limit; it has been killed then
     */
    public int awaitExit(Duration limit) {
        return process.awaitExit(limit);
    }

    /** Stops it in its tracks, as a long pause of its machine would: its connections stay open, nothing answers. */
    public void freeze() {
        process.signal(Signal.STOP);
    }

    /** Lets a frozen process go on. */
    public void thaw() {
        process.signal(Signal.CONT);
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        kill();
    }

    /** Collects what a process is started with. */
    public static final class Builder {
        private final String mainClass;
        private final Path log;
        private final List<String> arguments = new ArrayList<>();
        /** A process that is started over and over is better served by a quick start than by the best machine code. */
        private final List<String> jvmArguments =
                new ArrayList<>(List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError", "-XX:TieredStopAtLevel=1"));

        private Builder(String mainClass, Path log) {
            this.mainClass = mainClass;
            this.log = log;
        }

        /** Adds arguments for the main method. */
        public Builder arguments(String... added) {
            arguments.addAll(List.of(added));
            return this;
        }

        /** Adds arguments for the JVM. The last one of a kind wins; the heap is 256 MB unless said otherwise. */
        public Builder jvmArguments(String... added) {
            jvmArguments.addAll(List.of(added));
            return this;
        }

        /** Starts the process; returns without waiting for anything it does. */
        public JavaProcess start() {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmArguments);
            command.addAll(ArchiveUse.flags());
            command.addAll(List.of("-classpath", ArchiveUse.CLASS_PATH, mainClass));
            command.addAll(arguments);
            return new JavaProcess(ChildProcess.start(mainClass, command, log), log);
        }
    }
}
