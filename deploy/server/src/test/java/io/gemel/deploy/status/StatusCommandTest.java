package io.gemel.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import io.gemel.reason.ReasonCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void a_site_that_is_not_ready_is_a_finding() throws Exception {
        assertThat(statusOf(Reports.with(true, SideState.HALTED, "row 7 has diverged")))
                .isEqualTo(1);
        assertThat(out.toString()).contains("east: row 7 has diverged");
        assertThat(statusOf(Reports.because(ReasonCode.APPLY_LOCK_WAIT, "session 7 holds row 3")))
                .isEqualTo(1);
        assertThat(out.toString()).contains("east: apply.lock-wait since 2026-01-01T00:00:00Z: session 7 holds row 3");
    }

    @Test
    void a_standby_or_a_reason_that_stops_nothing_is_no_finding() throws Exception {
        assertThat(statusOf(new StatusReport(
                        "east",
                        SideState.STANDBY,
                        false,
                        Reports.running().capture(),
                        Reports.running().apply(),
                        Reports.running().window(),
                        Reports.running().gate(),
                        Reports.running().conflicts(),
                        Reports.running().clock(),
                        List.of())))
                .isZero();
        assertThat(statusOf(Reports.because(ReasonCode.APPLY_PEER_SILENT, "nothing comes")))
                .isZero();
        assertThat(out.toString()).contains("nothing comes");
    }

    @Test
    void one_that_does_not_answer_counts_more_than_one_that_is_not_ready() throws Exception {
        try (StatusServer server = StatusServer.start(
                new HostPort("127.0.0.1", 0),
                () -> Reports.with(true, SideState.HALTED, "row 7 has diverged"),
                new WaitingDesk(),
                new Secret(""))) {
            assertThat(run(file("east", server.port()), file("west", 1))).isEqualTo(3);
        }
    }

    private int statusOf(StatusReport report) throws Exception {
        try (StatusServer server =
                StatusServer.start(new HostPort("127.0.0.1", 0), () -> report, new WaitingDesk(), new Secret(""))) {
            return run(file("east", server.port()));
        }
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
