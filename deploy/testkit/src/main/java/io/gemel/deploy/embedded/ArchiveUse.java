package io.gemel.deploy.embedded;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How the processes of this JVM use a {@link ClassArchive}. Thread-safe. */
final class ArchiveUse {
    /**
     * The class path of this JVM's processes: this JVM's own, libraries first.
     */
    static final String CLASS_PATH = ClassArchive.librariesFirst(System.getProperty("java.class.path"));

    /** System property of a tests' JVM: the archive that its processes use, and the first of them makes. */
    private static final String MADE_HERE = "gemel.class.archive";

    /** Named, not referred to: what it starts stands on what is here. */
    private static final String MAKER = "io.gemel.deploy.demo.ClassTraining";

    private static final String FLAG = "-XX:SharedArchiveFile=";
    private static final Duration MAKE_LIMIT = Duration.ofMinutes(5);

    private ArchiveUse() {}

    private static final class Once {
        static final List<String> FLAGS = find().stream().toList();

        private static Optional<String> find() {
            String file = System.getProperty(MADE_HERE);
            return file == null ? own() : made(Path.of(file));
        }
    }

    /** What makes a process use an archive: the one that this JVM makes, or uses itself. */
    static List<String> flags() {
        return Once.FLAGS;
    }

    private static Optional<String> own() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(each -> each.startsWith(FLAG))
                .findFirst();
    }

    private static Optional<String> made(Path file) {
        String libraries = ClassArchive.libraries(CLASS_PATH);
        ClassArchive archive = new ClassArchive(file, libraries);
        if (!archive.isCurrent()) {
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-classpath",
                    CLASS_PATH,
                    MAKER,
                    file.toString(),
                    libraries);
            ChildProcess maker = ChildProcess.start(MAKER, command, Path.of(file + ".log"));
            maker.awaitExit(MAKE_LIMIT); // whether it could or not: processes start without an archive, too
        }
        return archive.isUsable() ? Optional.of(archive.using()) : Optional.empty();
    }
}
