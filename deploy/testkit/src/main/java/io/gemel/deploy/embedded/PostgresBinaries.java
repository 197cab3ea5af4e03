package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.CodeSource;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of a PostgreSQL version. The build puts one jar per version into the folder {@code postgres} beside this
 * class's own jar or classes folder; each is unpacked there once, at its first use, and stays until the next clean build.
 */
final class PostgresBinaries {
    private static final String ARCHIVE = "postgres-linux-x86_64.txz";

    private PostgresBinaries() {}

    /**
     * The directory that holds {@code bin}, {@code lib} and {@code share} of a version. Any number of threads and
     * processes may ask at the same time: one unpacks, the others wait for it.
     */
    static synchronized Path of(int major) {
        requireLinuxOnX86();
        Path folder = beside();
        Path jar = folder.resolve("postgres-" + major + ".jar");
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(
                    "no PostgreSQL " + major + " programs: " + jar
                            + " is missing. Build deploy/testkit in the same call of Maven, which puts it there: -pl deploy/it -am.");
        }
        // Synchronized against other threads, the file lock against other processes.
        try (FileChannel channel = FileChannel.open(
                        folder.resolve("postgres-" + major + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock lock = channel.lock();
                ZipFile zip = new ZipFile(jar.toFile())) {
            assert lock.isValid();
            ZipEntry archive = zip.getEntry(ARCHIVE);
            if (archive == null) {
                throw new IllegalStateException(jar + " holds no " + ARCHIVE + ". Build Gemel again with mvn clean.");
            }
            // Named by its contents: another patch version of the same major does not meet the old files.
            Path unpacked = folder.resolve("postgres-%d-%08x".formatted(major, archive.getCrc()));
            if (!Files.isDirectory(unpacked)) {
                unpack(zip, archive, unpacked);
            }
            return unpacked;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack the PostgreSQL programs of " + jar, e);
        }
    }

    private static void unpack(ZipFile zip, ZipEntry archive, Path target) throws IOException {
        Path parent = target.resolveSibling(target.getFileName() + ".unpacking");
        Files.createDirectories(parent);
        Process tar = new ProcessBuilder("tar", "--extract", "--file=-", "--directory=" + parent)
                .inheritIO()
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        try (InputStream in = new XZInputStream(zip.getInputStream(archive));
                OutputStream out = tar.getOutputStream()) {
            in.transferTo(out);
        }
        try {
            int code = tar.waitFor();
            if (code != 0) {
                throw new IOException("tar failed with exit code " + code);
            }
        } catch (InterruptedException e) {
            throw Waiting.interrupted("unpacking " + target, e);
        }
        // The name appears with everything in place or not at all.
        Files.move(parent, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path beside() {
        CodeSource source = PostgresBinaries.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IllegalStateException("cannot tell where Gemel is installed: its classes have no code source");
        }
        try {
            return Path.of(source.getLocation().toURI()).resolveSibling("postgres");
        } catch (URISyntaxException e) {
            throw new IllegalStateException("cannot tell where Gemel is installed: " + source.getLocation(), e);
        }
    }

    private static void requireLinuxOnX86() {
        String system = System.getProperty("os.name", "") + " " + System.getProperty("os.arch", "");
        if (!system.toLowerCase(Locale.ROOT).matches("linux (amd64|x86_64)")) {
            throw new IllegalStateException("the embedded PostgreSQL needs Linux on x86_64, this is " + system
                    + ". Start PostgreSQL yourself and configure Gemel with its URL.");
        }
    }
}
