package io.gemel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What {@code gemel site}, {@code gemel router} and the other commands that run in production carry. */
class ProductionClassPathIT {
    private static final long BYTES_MAX = 35_000_000;

    @Test
    void holds_neither_a_broker_nor_embedded_servers_nor_the_demo() throws IOException {
        Map<String, Long> jars = jars();

        jars.forEach((name, bytes) -> System.out.printf("%,12d %s%n", bytes, name));
        long sum = jars.values().stream().mapToLong(Long::longValue).sum();
        System.out.printf("%,12d bytes in %d jars%n", sum, jars.size());

        assertThat(jars.keySet())
                .anyMatch(name -> name.startsWith("kafka-clients"))
                .noneMatch(
                        name -> name.matches(
                                "(kafka_|kafka-server|kafka-metadata|scala-|gemel-(testkit|sample|bench|vm)|spring-|junit|testcontainers|docker-java|xz-).*"));
        assertThat(sum).isLessThanOrEqualTo(BYTES_MAX);
    }

    /** File names and bytes, of what the build wrote for bin/gemel. */
    private static Map<String, Long> jars() throws IOException {
        Path list = Path.of("..", "server", "target", "runtime.classpath");
        Map<String, Long> jars = new TreeMap<>();
        for (String jar : Files.readString(list).strip().split(File.pathSeparator)) {
            jars.put(Path.of(jar).getFileName().toString(), Files.size(Path.of(jar)));
        }
        return jars;
    }
}
