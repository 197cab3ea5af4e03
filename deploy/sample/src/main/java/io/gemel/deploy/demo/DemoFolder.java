package io.gemel.deploy.demo;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder that the demo's files are in: emptied at each start, and locked while a demo runs. A file tells it from every other
 * folder, so that nobody's files are ever deleted.
 */
final class DemoFolder implements AutoCloseable {
    private static final String MARK = "gemel-demo.lock";

    private final FileChannel lock;
    private final Path data;

    private DemoFolder(FileChannel lock, Path data) {
        this.lock = lock;
        this.data = data;
    }

    /**
     * Takes the folder, creates it where it is missing, and deletes what an earlier demo left in it.
     *
     * @throws CommandException when another demo runs there, or it holds something else
     */
    static DemoFolder open(Path folder) throws CommandException {
        try {
            Files.createDirectories(folder);
            if (!Files.exists(folder.resolve(MARK)) && !isEmpty(folder)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        folder + " holds files that are not of a demo",
                        "name an empty folder, or one that does not exist",
                        null);
            }
            FileChannel channel =
                    FileChannel.open(folder.resolve(MARK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new CommandException(
                        ExitCode.FINDING, "another demo runs in " + folder, "end it, or name another --dir", null);
            }
            Path data = folder.resolve("data");
            delete(data);
            return new DemoFolder(channel, Files.createDirectories(data));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, "the folder " + folder + " cannot be used (" + e + ")", "name another --dir", e);
        }
    }

    /** An empty folder inside. */
    Path data() {
        return data;
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /** Deletes a folder with all that is in it; nothing where there is none. */
    static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
