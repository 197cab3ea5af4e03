package io.gemel.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterEndpointsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final WaitingDesk desk = new WaitingDesk();
    private StatusServer server;

    @BeforeEach
    void start() throws Exception {
        server = StatusServer.start(new HostPort("127.0.0.1", 0), Reports::running, desk, new Secret("s3cret"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void tells_how_the_site_is() throws Exception {
        HttpResponse<String> answer = send(get("/router/site"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().replaceAll("\\s", ""))
                .isEqualTo("{\"site\":\"east\",\"open\":false,\"reason\":\"notyet\",\"database\":\"up\","
                        + "\"capture\":\"running\",\"apply\":\"halted\",\"lagMillis\":7}");
    }

    @Test
    void answers_when_something_is_reached_and_when_it_is_not() throws Exception {
        desk.answers.release(2);
        assertThat(send(get("/router/barrier?origin=west&timeoutMillis=5000")).body())
                .contains("\"passed\" : true");
        assertThat(send(get("/router/durable?level=shipped")).body()).contains("\"reached\" : true");

        HttpResponse<String> late = send(get("/router/barrier?origin=west&key=a%20b&timeoutMillis=0"));
        assertThat(late.statusCode()).isEqualTo(503);
        assertThat(late.body()).contains("\"passed\" : false").contains("\"reason\" : \"not in time: west a b\"");
        late = send(get("/router/durable?level=applied&timeoutMillis=1"));
        assertThat(late.statusCode()).isEqualTo(503);
        assertThat(late.body()).contains("\"reached\" : false").contains("not in time: APPLIED");
    }

    @Test
    void says_whether_all_sessions_of_a_vm_have_ended() throws Exception {
        assertThat(send(post("/router/terminate?vm=e1")).statusCode()).isEqualTo(200);
        HttpResponse<String> partly = send(post("/router/terminate?vm=e2"));
        assertThat(partly.statusCode()).isEqualTo(503);
        assertThat(partly.body()).contains("\"terminated\" : 2").contains("1 session goes on");
        assertThat(send(get("/router/terminate?vm=e1")).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/router/barrier",
                "/router/barrier?origin=west&timeoutMillis=x",
                "/router/barrier?origin=west&timeoutMillis=60001",
                "/router/durable?level=local",
                "/router/durable?level=shipped&timeoutMillis=-1"
            })
    void refuses_parameters_that_mean_nothing(String path) throws Exception {
        assertThat(send(get(path)).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?vm=", "?vm=e1'", "?vm=e%25", "?vm=-e1"})
    void ends_no_sessions_of_what_cannot_be_a_vm(String query) throws Exception {
        assertThat(send(post("/router/terminate" + query)).statusCode()).isEqualTo(400);
    }

    @Test
    void answers_only_those_who_show_the_token() throws Exception {
        HttpRequest.Builder bare = HttpRequest.newBuilder(uri("/router/site"));
        HttpResponse<String> refused = send(bare);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(send(bare.setHeader("Authorization", "Bearer s3cre")).statusCode())
                .isEqualTo(401);
        assertThat(send(HttpRequest.newBuilder(uri("/health"))).statusCode()).isEqualTo(200);
    }

    @Test
    void waiting_requests_are_bounded_and_keep_nobody_else_waiting() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < RouterEndpoints.WAITING_MAX; i++) {
            waiting.add(http.sendAsync(
                    get("/router/durable?level=applied&timeoutMillis=60000").build(), BodyHandlers.ofString()));
            desk.begun.acquire();
        }

        assertThat(send(get("/router/durable?level=shipped")).statusCode()).isEqualTo(503);
        assertThat(send(get("/router/site")).statusCode()).isEqualTo(200);
        assertThat(send(post("/router/terminate?vm=e1")).statusCode()).isEqualTo(200);
        for (String path : new String[] {"/health", "/ready", "/status", "/metrics"}) {
            assertThat(send(get(path)).statusCode()).as(path).isEqualTo(200);
        }

        desk.answers.release(RouterEndpoints.WAITING_MAX);
        for (CompletableFuture<HttpResponse<String>> each : waiting) {
            assertThat(each.get(LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode())
                    .isEqualTo(200);
        }
        desk.answers.release();
        assertThat(send(get("/router/durable?level=shipped")).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer s3cret");
    }

    private HttpRequest.Builder post(String path) {
        return get(path).POST(BodyPublishers.noBody());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
