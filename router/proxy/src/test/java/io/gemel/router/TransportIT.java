package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How bytes go through: sizes, forms of bodies, ends of connections. */
final class TransportIT {
    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench(config ->
                TestBench.with(config, TestBench.shortTimes(Duration.ofSeconds(40)), RouterLimits.defaults()));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void answers_larger_than_what_is_kept_are_passed_on_whole() throws Exception {
        HttpResponse<String> answer = bench.get("/large/5000000");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).hasSize(5_000_000);
        await().until(() -> bench.router.report().bodyBytes() == 0);
    }

    @Test
    void a_head_request_gets_the_length_and_no_body() throws Exception {
        HttpResponse<String> answer = bench.client.send(
                bench.request("/large/1000")
                        .method("HEAD", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(header(answer, "Content-Length")).isEqualTo("1000");
    }

    @Test
    void a_body_in_chunks_is_sent_on_with_its_length() throws Exception {
        HttpResponse<String> answer = bench.client.send(
                bench.request("/transfers")
                        .header("Idempotency-Key", "k1")
                        .POST(BodyPublishers.ofInputStream(
                                () -> new java.io.ByteArrayInputStream("abc".getBytes(StandardCharsets.UTF_8))))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body()).endsWith(": abc");
        TestVm vm = bench.e1.heads.isEmpty() ? bench.e2 : bench.e1;
        assertThat(vm.heads.get(0).getString("content-length")).isEqualTo("3");
        assertThat(vm.heads.get(0).getString("transfer-encoding")).isNull();
    }

    @Test
    void requests_in_a_row_on_one_connection_are_answered_in_their_order() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", bench.router.port())) {
            socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
            StringBuilder three = new StringBuilder();
            for (String path : new String[] {"/a", "/b", "/c"}) {
                three.append("POST ").append(path).append(" HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n");
                three.append(path.equals("/c") ? "Connection: close\r\n\r\n" : "\r\n")
                        .append(path);
            }
            socket.getOutputStream().write(three.toString().getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String answers = new String(in.readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answers.split("HTTP/1.1 201", -1)).hasSize(4);
            assertThat(answers.indexOf(": /a")).isLessThan(answers.indexOf(": /b"));
            assertThat(answers.indexOf(": /b")).isLessThan(answers.indexOf(": /c"));
        }
    }

    @Test
    void a_client_that_waits_for_the_word_to_go_on_gets_it() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", bench.router.port())) {
            socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
            socket.getOutputStream()
                    .write(
                            "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            byte[] word = socket.getInputStream().readNBytes(25);
            assertThat(new String(word, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            socket.getOutputStream().write("hi".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 201");
        }
    }

    @Test
    void a_client_that_goes_away_does_not_stop_its_submission() throws Exception {
        bench.e1.manner = Manner.KEEP;
        bench.e2.manner = Manner.KEEP;
        try (Socket socket = new Socket("127.0.0.1", bench.router.port())) {
            socket.getOutputStream()
                    .write("POST /a HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k1\r\nContent-Length: 0\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> bench.receipts("k1") == 1);
        }
        await().until(() -> bench.router.report().connections() == 0);
        assertThat(bench.router.report().inFlight()).isEqualTo(1);
        bench.vms().forEach(TestVm::release);
        await().until(() -> bench.router.report().inFlight() == 0);
        assertThat(bench.receipts("k1")).isEqualTo(1);
        assertThat(bench.east.ledger.effectsOf("k1")).isEqualTo(1);
    }

    @Test
    void a_router_that_closes_lets_requests_in_hand_end_and_takes_no_new_ones() throws Exception {
        bench.e1.manner = Manner.KEEP;
        bench.e2.manner = Manner.KEEP;
        int port = bench.router.port();
        CompletableFuture<HttpResponse<String>> kept = bench.post("/a", "k1", "x");
        await().until(() -> bench.receipts("k1") == 1);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(bench.router::close);
        await().until(() -> {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.getInputStream().read() < 0;
            } catch (ConnectException e) {
                return true;
            }
        });

        assertThat(kept).isNotDone();
        bench.vms().forEach(TestVm::release);
        assertThat(kept.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode())
                .isEqualTo(201);
        closing.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
