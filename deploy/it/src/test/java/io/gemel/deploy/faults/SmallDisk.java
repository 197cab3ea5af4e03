package io.gemel.deploy.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A disk in memory that a test can fill. Only root may have one. */
final class SmallDisk implements AutoCloseable {
    private static final String SIZE = "size=640m";
    private static final int PIECE_BYTES = 1 << 16;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Puts a disk of its own under each folder; under none when this user may not. */
    static List<SmallDisk> mount(Path... folders) throws IOException, InterruptedException {
        List<SmallDisk> disks = new ArrayList<>();
        for (Path folder : folders) {
            Files.createDirectories(folder);
            if (run("mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", folder.toString())) {
                disks.add(new SmallDisk(folder));
            }
        }
        return disks;
    }

    /** Leaves no byte free. */
    void fill() throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        try (OutputStream out = Files.newOutputStream(ballast())) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException full) {
            if (!String.valueOf(full.getMessage()).contains("No space left")) {
                throw full;
            }
        }
    }

    /** Gives the space back. */
    void free() throws IOException {
        Files.deleteIfExists(ballast());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @Override
    public void close() {
        try {
            run("umount", "--lazy", folder.toString());
        } catch (IOException e) {
            throw new IllegalStateException("cannot unmount " + folder, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
