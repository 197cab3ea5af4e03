package io.gemel.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StatusCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void prints_a_column_for_each_site() throws Exception {
        try (StatusServer server =
                StatusServer.start(new HostPort("127.0.0.1", 0), Reports::running, new WaitingDesk(), new Secret(""))) {
            String file = file("east", server.port());

            assertThat(run(file, file)).isZero();
        }
        assertThat(out.toString())
                .contains("site                      east      east")
                .contains("  captured changes        2         2")
                .contains("peer's clock ahead        -20 ms    -20 ms")
                .contains("east: 12 transactions are parked");
    }

    @Test
    void prints_json_on_request() throws Exception {
        try (StatusServer server =
                StatusServer.start(new HostPort("127.0.0.1", 0), Reports::running, new WaitingDesk(), new Secret(""))) {
            assertThat(run("--json", file("east", server.port()))).isZero();
        }
        assertThat(out.toString()).startsWith("[ {").contains("\"publishedPosition\" : 3");
    }

    @Test
    void says_which_process_does_not_answer() throws Exception {
        String file = file("east", 1);

        assertThat(run(file)).isEqualTo(3);

        assertThat(err.toString())
                .contains("the process of site east does not answer at 127.0.0.1:1")
                .contains("start it with gemel site " + file);
    }

    private String file(String site, int port) throws Exception {
        return Files.writeString(folder.resolve(site + ".properties"), """
                        site=%s
                        peer=other
                        database.url=jdbc:postgresql://db/bank
                        database.user=gemel
                        kafka.bootstrap.servers=k:9092
                        status.listen=127.0.0.1:%d
                        """.formatted(site, port))
                .toString();
    }

    private int run(String... arguments) {
        return new CommandLine(new StatusCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
