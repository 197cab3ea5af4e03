package io.gemel.deploy.embedded;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;

/**
 * A server in a container of its own. It is on this machine's network, and its files have the same paths inside and outside:
 * ports, addresses and paths are those of a process. Its data and its log outlive it. Safe to use from several threads.
 */
final class ServerContainer {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(30);
    private static final long SHARED_MEMORY_BYTES = 256L << 20;

    private final String name;
    private final GenericContainer<?> container;
    private final Path log;

    private ServerContainer(String name, GenericContainer<?> container, Path log) {
        this.name = name;
        this.container = container;
        this.log = log;
    }

    /**
     * Runs a command in a container and returns when the server is ready.
     *
     * @param name what messages call it
     * @param data its data directory; created where it is missing
     * @param log the file its output is appended to
     * @param ready asked again and again until it says true
     * @throws IllegalStateException when it does not come up; the message ends with its log
     */
    static ServerContainer start(
            String name,
            GenericContainer<?> container,
            Path data,
            Path log,
            List<String> command,
            BooleanSupplier ready) {
        create(data, log);
        container.setExposedPorts(List.of());
        container
                .withNetworkMode("host")
                .withLabel(
                        ContainerEngine.LABEL,
                        Long.toString(ProcessHandle.current().pid()))
                .withSharedMemorySize(SHARED_MEMORY_BYTES)
                .withCreateContainerCmdModifier(create -> {
                    // Testcontainers' own way would first try whether the engine can bind, with an image of a registry.
                    Objects.requireNonNull(create.getHostConfig()).withBinds(here(data), here(log));
                    // Files of an ordinary user stay their own. Root leaves it to the image whom the server runs as.
                    create.withUser(ChildProcess.user() + ":0")
                            .withEntrypoint("sh", "-c", "exec \"$@\" >> \"$0\" 2>&1", log.toString())
                            .withCmd(command);
                });
        ServerContainer server = new ServerContainer(name, container, log);
        try {
            container.start();
            server.awaitReady(ready);
        } catch (ContainerLaunchException | IllegalStateException e) {
            container.stop();
            throw new IllegalStateException(name + " did not start: " + e.getMessage() + ". " + LogTail.of(log), e);
        }
        return server;
    }

    /** Sends a signal to its first process, waits for its end and removes the container. */
    void stop(ChildProcess.Signal signal) {
        signal(signal.name());
        try {
            awaitEnd(STOP_LIMIT);
        } catch (IllegalStateException e) {
            kill();
            throw new IllegalStateException(e.getMessage() + ", and it was killed. " + LogTail.of(log), e);
        }
        container.stop();
    }

    /** Kills all its processes at once, waits for their end and removes the container. */
    void kill() {
        if (isFrozen()) {
            thaw(); // no engine signals a frozen one
        }
        signal("KILL");
        awaitEnd(KILL_LIMIT);
        container.stop();
    }

    /** Lets none of its processes go on. */
    void freeze() {
        ContainerEngine.client().pauseContainerCmd(container.getContainerId()).exec();
    }

    /** Lets the frozen ones go on. */
    void thaw() {
        ContainerEngine.client().unpauseContainerCmd(container.getContainerId()).exec();
    }

    boolean isRunning() {
        return container.isRunning();
    }

    /** The id of its first process on this machine. */
    long pid() {
        return Objects.requireNonNull(
                container.getCurrentContainerInfo().getState().getPidLong(), "the engine names no process of " + name);
    }

    private boolean isFrozen() {
        return isRunning()
                && Boolean.TRUE.equals(
                        container.getCurrentContainerInfo().getState().getPaused());
    }

    private void awaitReady(BooleanSupplier ready) {
        Waiting.until(name + " to take requests", START_LIMIT, () -> !isRunning() || ready.getAsBoolean());
        if (!isRunning()) {
            throw new IllegalStateException("it ended while it was starting");
        }
    }

    private void awaitEnd(Duration limit) {
        Waiting.until("the end of " + name, limit, () -> !isRunning());
    }

    private void signal(String signal) {
        try {
            ContainerEngine.client()
                    .killContainerCmd(container.getContainerId())
                    .withSignal(signal)
                    .exec();
        } catch (ConflictException | NotFoundException ended) {
            // It runs no more.
        }
    }

    private static Bind here(Path path) {
        return new Bind(path.toString(), new Volume(path.toString()));
    }

    private static void create(Path data, Path log) {
        try {
            Files.createDirectories(data);
            if (!Files.exists(log)) {
                Files.createFile(log);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + data + " and " + log, e);
        }
    }
}
