package io.gemel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.JavaProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processes of tests map the classes of libraries from one archive. */
class ClassArchiveIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    @Test
    void a_process_takes_the_classes_of_libraries_from_the_archive() throws Exception {
        List<String> loaded = loaded("-XX:+UseG1GC");

        assertThat(loaded).anyMatch(line -> line.contains("picocli.CommandLine$Model"));
        assertThat(loaded)
                .filteredOn(line -> line.contains("ch.qos.logback.classic.LoggerContext "))
                .allMatch(line -> line.contains("shared objects file"));
        assertThat(loaded)
                .filteredOn(line -> line.contains("picocli.CommandLine$Model$CommandSpec "))
                .hasSize(1)
                .allMatch(line -> line.contains("shared objects file"));
    }

    @Test
    void another_garbage_collector_uses_it_too() throws Exception {
        assertThat(loaded("-XX:+UseSerialGC"))
                .filteredOn(line -> line.contains("picocli.CommandLine$Model$CommandSpec "))
                .hasSize(1)
                .allMatch(line -> line.contains("shared objects file"));
    }

    private List<String> loaded(String collector) throws Exception {
        Path classes = folder.resolve("classes");
        JavaProcess process = JavaProcess.builder(Gemel.class.getName(), folder.resolve("log"))
                .jvmArguments(collector, "-Xshare:on", "-Xlog:class+load:file=" + classes)
                .arguments("help")
                .start();

        assertThat(process.awaitExit(LIMIT)).isZero();
        return Files.readAllLines(classes);
    }
}
