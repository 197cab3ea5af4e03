package io.gemel.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import io.gemel.figure.Figures;
import io.gemel.reason.ReasonCode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusServerTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private volatile Supplier<StatusReport> report = Reports::running;
    private StatusServer server;

    @BeforeEach
    void start() throws Exception {
        server =
                StatusServer.start(new HostPort("127.0.0.1", 0), () -> report.get(), new WaitingDesk(), new Secret(""));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void tells_every_figure_as_json() throws Exception {
        HttpResponse<String> answer = get("/status");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.body())
                .contains("\"state\" : \"running\"")
                .contains("\"walRetainedBytes\" : 5")
                .contains("\"byType\" : {");
        assertThat(StatusJson.read(answer.body())).isEqualTo(Reports.running());
    }

    @Test
    void tells_every_figure_as_prometheus_text() throws Exception {
        HttpResponse<String> answer = get("/metrics");

        assertThat(answer.headers().firstValue("Content-Type")).contains(Figures.PROMETHEUS);
        assertThat(answer.body())
                .contains(
                        "# TYPE gemel_capture_captured_transactions_total counter\ngemel_capture_captured_transactions_total{site=\"east\"} 1\n")
                .contains("gemel_capture_state{site=\"east\",state=\"running\"} 1\n")
                .contains("gemel_capture_state{site=\"east\",state=\"halted\"} 0\n")
                .contains("gemel_apply_batch_size_mean_transactions{site=\"east\"} 10.5\n")
                .contains("gemel_conflicts_by_type_total{site=\"east\",type=\"update_update\"} 18\n")
                .contains("gemel_clock_skew_milliseconds{site=\"east\"} -20\n");
    }

    @Test
    void is_ready_only_while_the_site_works() throws Exception {
        assertThat(get("/ready").statusCode()).isEqualTo(200);

        report = () -> Reports.with(true, SideState.HALTED, "public.account lacks the row 7");
        assertThat(get("/ready").statusCode()).isEqualTo(503);
        assertThat(get("/ready").body()).isEqualTo("halted: public.account lacks the row 7\n");
        assertThat(get("/health").statusCode()).isEqualTo(200);

        report = () -> Reports.with(false, SideState.STANDBY, "");
        assertThat(get("/ready").body()).isEqualTo("standby\n");
    }

    @Test
    void is_not_ready_while_a_reason_stops_it() throws Exception {
        report = () -> Reports.because(ReasonCode.APPLY_LOCK_WAIT, "session 7 holds row 3");
        assertThat(get("/ready").statusCode()).isEqualTo(503);
        assertThat(get("/ready").body()).isEqualTo("running: session 7 holds row 3\n");
        assertThat(get("/metrics").body())
                .contains("gemel_reason{site=\"east\",code=\"apply.lock-wait\"} 1\n")
                .contains("gemel_reason{site=\"east\",code=\"apply.halted\"} 0\n");
        assertThat(StatusJson.read(get("/status").body())).isEqualTo(report.get());

        report = () -> Reports.because(ReasonCode.APPLY_STATEMENT_RUNNING, "a large one");
        assertThat(get("/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void reads_the_report_of_a_process_that_tells_no_reasons() throws Exception {
        String older = get("/status").body().replaceAll(",\\s*\"reasons\" : \\[ ]", "");

        assertThat(older).doesNotContain("reasons");
        assertThat(StatusJson.read(older)).isEqualTo(Reports.running());
    }

    @Test
    void answers_other_paths_and_methods_with_an_error() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/status/more").statusCode()).isEqualTo(404);
        HttpRequest post = request("/status").POST(BodyPublishers.noBody()).build();
        assertThat(http.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
        HttpRequest head =
                request("/health").method("HEAD", BodyPublishers.noBody()).build();
        assertThat(http.send(head, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }

    @Test
    void goes_on_after_a_figure_that_cannot_be_told() throws Exception {
        report = () -> {
            throw new IllegalStateException("the window is closed");
        };
        assertThat(get("/status").statusCode()).isEqualTo(500);

        report = Reports::running;
        assertThat(get("/status").statusCode()).isEqualTo(200);
    }

    @Test
    void says_so_when_the_address_is_in_use() {
        assertThatThrownBy(() -> StatusServer.start(
                        new HostPort("127.0.0.1", server.port()), Reports::running, new WaitingDesk(), new Secret("")))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + server.port())
                .hasMessageContaining("change status.listen");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }
}
