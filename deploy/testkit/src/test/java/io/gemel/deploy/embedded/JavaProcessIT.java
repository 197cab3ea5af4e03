package io.gemel.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JavaProcessIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int EXIT_CODE_OF_SIGTERM = 128 + 15;

    @TempDir
    Path directory;

    /** Says that it is there, and stays. */
    static final class Stay {
        public static void main(String[] arguments) throws InterruptedException {
            System.out.println("hello " + String.join(",", arguments));
            new CountDownLatch(1).await();
        }
    }

    /** Starts a PostgreSQL server, says its process id, and exits without ending it. */
    static final class Leave {
        public static void main(String[] arguments) {
            PostgresServer server = PostgresServer.builder(Path.of(arguments[0]))
                    .withoutFsync()
                    .build()
                    .start();
            System.out.println(server.pid());
        }
    }

    @Test
    void ends_in_good_order_when_asked_to() throws Exception {
        JavaProcess process = stay();

        assertThat(process.terminate(LIMIT)).isEqualTo(EXIT_CODE_OF_SIGTERM);
        assertThat(process.isAlive()).isFalse();
        assertThat(Files.readString(process.log())).isEqualTo("hello a,b\n");
    }

    @Test
    void is_gone_when_kill_returns() throws Exception {
        JavaProcess process = stay();

        process.kill();
        assertThat(process.isAlive()).isFalse();
        process.kill();
    }

    @Test
    void does_nothing_while_frozen() throws Exception {
        try (JavaProcess process = stay()) {
            process.freeze();
            assertThatThrownBy(() -> process.terminate(Duration.ofSeconds(1)))
                    .hasMessageContaining("did not end within 1 s and was killed");
        }
        try (JavaProcess process = stay()) {
            process.freeze();
            process.thaw();
            assertThat(process.terminate(LIMIT)).isEqualTo(EXIT_CODE_OF_SIGTERM);
        }
    }

    @Test
    void takes_its_servers_along_when_it_exits() throws Exception {
        JavaProcess process = JavaProcess.builder(Leave.class.getName(), directory.resolve("leave.log"))
                .arguments(directory.resolve("postgres").toString())
                .start();

        assertThat(process.awaitExit(Duration.ofMinutes(3))).isZero();
        long pid = Long.parseLong(Files.readString(process.log()).strip());
        // A killed process that init has not yet buried runs no program.
        assertThat(ProcessHandle.of(pid).flatMap(handle -> handle.info().command()))
                .isEmpty();
    }

    private JavaProcess stay() {
        Path log = directory.resolve("stay-" + System.nanoTime() + ".log");
        JavaProcess process = JavaProcess.builder(Stay.class.getName(), log)
                .arguments("a", "b")
                .start();
        Awaitility.await().atMost(LIMIT).until(() -> Files.readString(log).contains("hello"));
        return process;
    }
}
