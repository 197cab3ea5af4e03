package io.gemel.deploy.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A class-data archive: the classes of libraries as the JVM has them after parsing, which every process maps instead of loading
 * them. It belongs to one JVM and to one list of jars, and only serves a class path that begins with them; to any other process
 * it does no harm. A file beside it says which ones it is made for. Safe to use from several processes.
 */
public final class ClassArchive {
    private static final Duration DUMP_LIMIT = Duration.ofMinutes(2);

    /** Gemel's own classes change all the time, and an archive must not. */
    private static final String OWN_JARS = "gemel-";

    private static final String OWN_CLASSES = "io/gemel/";

    private final Path archive;
    private final String libraries;

    /**
     * Makes nothing.
     *
     * @param archive the file
     * @param libraries a class path of jars
     */
    public ClassArchive(Path archive, String libraries) {
        this.archive = archive.toAbsolutePath();
        this.libraries = libraries;
    }

    /** Starts processes with what {@link #recording} returns, which load the classes that are to be archived. */
    @FunctionalInterface
    public interface Training {
        void run(Path classLists) throws Exception;
    }

    /** The JVM flag that has a process write down the classes that it loads. */
    public static String recording(Path classLists) {
        return "-XX:DumpLoadedClassList=" + classLists.resolve("%p.classes");
    }

    /** The JVM flag that has a process use the archive. */
    String using() {
        return "-XX:SharedArchiveFile=" + archive;
    }

    /** A class path in an order that archives serve: libraries, then Gemel's own jars and folders, each as they were. */
    static String librariesFirst(String classPath) {
        return Stream.concat(entries(classPath, true), entries(classPath, false))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** The libraries of a class path. */
    static String libraries(String classPath) {
        return entries(classPath, true).collect(Collectors.joining(File.pathSeparator));
    }

    private static Stream<String> entries(String classPath, boolean libraries) {
        return Stream.of(classPath.split(File.pathSeparator, -1))
                .distinct()
                .filter(each -> isLibrary(each) == libraries);
    }

    private static boolean isLibrary(String entry) {
        String name = String.valueOf(Path.of(entry).getFileName());
        return name.endsWith(".jar") && !name.startsWith(OWN_JARS);
    }

    /** Whether it is made for this JVM and these jars; also true when that failed: it would again. */
    boolean isCurrent() {
        try {
            return Files.exists(archive)
                    && Files.exists(madeFor())
                    && Files.readString(madeFor()).strip().equals(key())
                    && !isOlderThanALibrary();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + archive, e);
        }
    }

    private boolean isOlderThanALibrary() throws IOException {
        for (String jar : libraries.split(File.pathSeparator, -1)) {
            if (Files.getLastModifiedTime(Path.of(jar)).compareTo(Files.getLastModifiedTime(archive)) > 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether it can be used. */
    boolean isUsable() {
        try {
            return isCurrent() && Files.size(archive) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + archive, e);
        }
    }

    private Path madeFor() {
        return sibling(".of");
    }

    private Path sibling(String suffix) {
        return archive.resolveSibling(archive.getFileName() + suffix);
    }

    private String key() {
        return System.getProperty("java.vm.version") + " " + libraries;
    }

    /**
     * Makes it, unless it is current. Of several processes that make it at once one does, and the others wait.
     *
     * @throws Exception when that failed; then an empty file is left, so that nobody tries again
     */
    public void make(Training training) throws Exception {
        Files.createDirectories(archive.resolveSibling("."));
        try (FileChannel channel =
                        FileChannel.open(sibling(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && !isCurrent()) {
                makeAnew(training);
            }
        }
    }

    private void makeAnew(Training training) throws Exception {
        Path made = sibling(".new");
        Files.deleteIfExists(madeFor());
        Files.deleteIfExists(made);
        try {
            Path classLists = sibling(".lists");
            Files.createDirectories(classLists);
            deleteFiles(classLists);
            training.run(classLists);
            Path all = Files.write(sibling(".classes"), merged(classLists));
            deleteFiles(classLists);
            Files.delete(classLists);
            ChildProcess.run("java -Xshare:dump", dump(all, made), sibling(".log"), DUMP_LIMIT);
        } finally {
            if (!Files.exists(made)) {
                Files.createFile(made);
            }
            Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            Files.writeString(madeFor(), key());
        }
    }

    private List<String> dump(Path classes, Path made) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:dump",
                "-XX:SharedClassListFile=" + classes,
                "-XX:SharedArchiveFile=" + made,
                "-classpath",
                libraries);
    }

    private static Set<String> merged(Path classLists) throws IOException {
        Set<String> lines = new LinkedHashSet<>();
        try (Stream<Path> lists = Files.list(classLists)) {
            for (Path list : lists.sorted().toList()) {
                Files.readAllLines(list).stream()
                        .filter(line -> !line.contains(OWN_CLASSES))
                        .forEach(lines::add);
            }
        }
        return lines;
    }

    private static void deleteFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}
