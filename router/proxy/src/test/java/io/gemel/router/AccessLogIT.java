package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterException;
import io.gemel.router.http.Http2Wire;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** No request is without its line in the access log. */
final class AccessLogIT {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.gemel.router.access");
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }
    };
    private Level before;
    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        before = logger.getLevel();
        logger.setLevel(Level.INFO);
        appender.start();
        logger.addAppender(appender);
        bench = new TestBench();
    }

    @AfterEach
    void stop() {
        bench.close();
        logger.detachAppender(appender);
        logger.setLevel(before);
    }

    private Socket send(String text) throws Exception {
        Socket client = new Socket("127.0.0.1", bench.router.port());
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
        return client;
    }

    @Test
    void a_request_of_http2_has_the_line_of_its_answer() throws Exception {
        try (Http2Wire wire = new Http2Wire(bench.router.port())) {
            for (String path : List.of("/t", "/stream/a")) {
                lines.clear();
                int stream = wire.begin(false, Http2Wire.request("POST", path, "idempotency-key=k1"));
                wire.data(stream, "1", true);
                String status = wire.answer(stream).status();
                assertThat(line()).contains("\"POST " + path + "\" " + status + " ");
            }
            lines.clear();
            wire.ask(Http2Wire.request("GET", "/t"));
            assertThat(line()).contains("\"GET /t\" 200 ");
            lines.clear();
            bench.vms().forEach(vm -> vm.manner = Manner.BREAK_BEFORE);
            assertThat(wire.ask(Http2Wire.request("GET", "/t")).status()).isEqualTo("502");
            assertThat(line()).contains("\"GET /t\" 502 ");
        }
    }

    @Test
    void a_client_that_leaves_while_its_question_is_asked_has_a_line() throws Exception {
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        Socket client = send("GET /a?secret HTTP/1.1\r\nHost: x\r\n\r\n");
        await().until(() -> bench.receipts("null") == 1);
        assertThat(lines).isEmpty();
        client.close();
        await().until(() -> lines.size() == 1);
        assertThat(lines.get(0)).contains("\"GET /a\" 499 0 ").doesNotContain("secret");
    }

    @Test
    void a_client_that_leaves_while_its_submission_runs_has_a_line_with_what_became_of_it() throws Exception {
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        Socket client = send("POST /t HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k1\r\nContent-Length: 1\r\n\r\n1");
        await().until(() -> bench.receipts("k1") == 1);
        client.close();
        await().until(() -> bench.router.report().connections() == 0);
        bench.vms().forEach(TestVm::release);
        await().until(() -> lines.size() == 1);
        assertThat(lines.get(0)).contains("\"POST /t\" 499 0 ", "key=k1", "outcome=executed");
        assertThat(bench.east.ledger.effectsOf("k1") + bench.west.ledger.effectsOf("k1"))
                .isEqualTo(1);
    }

    @Test
    void a_client_that_leaves_before_its_body_is_there_has_a_line() throws Exception {
        send("POST /t HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1").close();
        await().until(() -> lines.size() == 1);
        assertThat(lines.get(0)).contains("\"POST /t\" 499 0 ", "attempts=0");
    }

    @Test
    void a_body_that_breaks_before_a_vm_is_reached_keeps_none_waiting() throws Exception {
        send("POST /stream/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
        assertThat(line()).contains("\"POST /stream/a\" 499 0 ");
        await().until(() -> bench.router.report().inFlight() == 0);
        assertThat(bench.vms()).allMatch(vm -> vm.received.isEmpty());
    }

    @Test
    void a_request_has_one_id_for_its_client_its_vm_and_the_log() throws Exception {
        for (String[] each : new String[][] {{"order-7", "order-7"}, {"", "[0-9a-f]{32}"}, {"a b", "[0-9a-f]{32}"}}) {
            lines.clear();
            bench.vms().forEach(vm -> vm.heads.clear());
            HttpRequest.Builder request = bench.request("/t").POST(BodyPublishers.noBody());
            if (!each[0].isEmpty()) {
                request.header("X-Request-Id", each[0]);
            }
            HttpResponse<String> answer = bench.client.send(request.build(), BodyHandlers.ofString());
            assertThat(answer.headers().allValues("X-Request-Id"))
                    .singleElement()
                    .asString()
                    .matches(each[1]);
            String id = TestBench.header(answer, "X-Request-Id");
            assertThat(bench.vms().stream().flatMap(vm -> vm.heads.stream()))
                    .extracting(head -> head.getString("x-request-id"))
                    .containsExactly(id);
            await().until(() -> lines.size() == 1);
            assertThat(lines.get(0)).endsWith(" id=" + id);
        }
    }

    private String line() {
        await().until(() -> lines.size() == 1);
        return lines.get(0);
    }

    private void tells(String... fields) throws Exception {
        bench.reload(config -> config.accessLog = new RouterAccessLog(RouterAccessLog.Format.TEXT, List.of(fields)));
    }

    @Test
    void what_is_refused_has_a_line() throws Exception {
        tells("status", "method", "path", "termination");
        String[][] refused = {
            {"GET / HTTP/1.1", "400 method=GET path=/"},
            {"GET / HTTP/9.9", "501 method=- path=-"},
            {"NONSENSE", "400 method=- path=-"},
            {"GET /a HTTP/1.1\r\nHost: x\r\n folded: 1", "400 method=- path=-"},
            {"GET /a HTTP/1.1\r\nHost: x\r\nBad Name: 1", "400 method=- path=-"},
            {"GET /a\"b#c HTTP/1.1\r\nHost: x", "400 method=GET path=\"/a\\\"b#c\""},
            {"PURGE /a HTTP/1.1\r\nHost: x", "501 method=PURGE path=/a"},
            {"GET /gemel/x HTTP/1.1\r\nHost: x", "404 method=GET path=/gemel/x"},
            {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999", "413 method=POST path=/a"},
            {"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz", "400 method=POST path=/a"}
        };
        for (String[] each : refused) {
            assertThat(bench.router.report().handshakesFailed())
                    .as("without TLS")
                    .isZero();
            lines.clear();
            try (Socket client = send(each[0] + "\r\n\r\n")) {
                client.setSoTimeout(2000);
                client.getInputStream().readAllBytes();
            } catch (SocketTimeoutException e) {
                lines.add("open: " + each[0]);
            }
            await().until(() -> !lines.isEmpty());
            assertThat(lines).as(each[0]).containsExactly("status=" + each[1] + " termination=PR");
        }
    }

    @Test
    void a_head_that_is_too_long_has_a_line_and_so_has_one_that_does_not_end() throws Exception {
        bench.close();
        bench = new TestBench(config -> TestBench.with(config, TestBench.impatient(), config.limits()));
        tells("status", "address", "termination");
        try (Socket client = send("GET /" + "a".repeat(10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n")) {
            client.getInputStream().readAllBytes();
        }
        assertThat(line()).isEqualTo("status=414 address=127.0.0.1 termination=PR");
        lines.clear();
        try (Socket client = send("GET /a HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n\r\n")) {
            client.getInputStream().readAllBytes();
        }
        assertThat(line()).isEqualTo("status=431 address=127.0.0.1 termination=PR");
        lines.clear();
        try (Socket client = send("GET /a HTTP/1.1\r\nHo")) {
            client.getInputStream().readAllBytes();
        }
        assertThat(line()).isEqualTo("status=408 address=127.0.0.1 termination=cR");
        lines.clear();
        try (Socket client = send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n1")) {
            client.getInputStream().readAllBytes();
        }
        assertThat(line()).isEqualTo("status=408 address=127.0.0.1 termination=cR");
    }

    @Test
    void a_connection_for_which_there_is_no_room_has_a_line() throws Exception {
        tells("status", "address", "termination");
        bench.reload(config -> config.limits = TestLimits.changed(config.limits, limits -> limits.connectionsMax = 1));
        try (Socket first = send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")) {
            assertThat(first.getInputStream().read()).isPositive();
            assertThat(line()).startsWith("status=200 ");
            lines.clear();
            try (Socket second = send("")) {
                second.getInputStream().read();
            }
            assertThat(line()).isEqualTo("status=0 address=127.0.0.1 termination=RR");
            assertThat(bench.router.report().shed()).isEqualTo(1);
        }
    }

    @Test
    void where_a_request_was_and_what_ended_it_is_told() throws Exception {
        tells("status", "attempts", "termination");
        bench.reload(config -> config.times = TestBench.times(Duration.ofSeconds(2), Duration.ofMillis(300)));
        bench.e1.next(Manner.BREAK_BEFORE);
        bench.e2.next(Manner.BREAK_BEFORE);
        bench.post("/t", "again", "1").get();
        assertThat(line()).startsWith("status=201 attempts=").endsWith(" termination=--");

        lines.clear();
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        assertThat(bench.post("/t", "slow", "1").get().statusCode()).isEqualTo(503);
        assertThat(line()).startsWith("status=503 ").endsWith(" termination=sH");
        bench.vms().forEach(TestVm::release);

        lines.clear();
        bench.vms().forEach(vm -> vm.manner = Manner.DRAINING);
        assertThat(bench.post("/t", "queued", "1").get().statusCode()).isEqualTo(504);
        assertThat(line()).startsWith("status=504 ").endsWith(" termination=sQ");

        lines.clear();
        bench.vms().forEach(vm -> vm.manner = Manner.BREAK_BEFORE);
        assertThat(bench.get("/t").statusCode()).isEqualTo(502);
        assertThat(line()).startsWith("status=502 ").endsWith(" termination=SH");
    }

    @Test
    void the_time_in_the_router_and_at_vms_and_the_bytes_are_told() throws Exception {
        tells("bytesIn", "bytes", "queueMillis", "vmMillis", "millis", "protocol", "host", "agent");
        bench.client.send(
                bench.request("/large/3000000")
                        .header("User-Agent", "my \"agent\"")
                        .build(),
                BodyHandlers.ofString());
        assertThat(line())
                .matches("bytesIn=0 bytes=3000000 queueMillis=\\d+\\.\\d+ vmMillis=\\d+\\.\\d+ millis=\\d+\\.\\d+"
                        + " protocol=http/1.1 host=127.0.0.1:\\d+ agent=\"my \\\\\"agent\\\\\"\"");
        lines.clear();
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        CompletableFuture<HttpResponse<String>> kept = bench.post("/t", "k", "12345");
        await().until(() -> bench.receipts("k") == 1);
        bench.vms().forEach(TestVm::release);
        kept.get();
        assertThat(line()).startsWith("bytesIn=5 bytes=");
    }

    @Test
    void a_request_that_is_not_answered_when_the_router_ends_has_a_line() throws Exception {
        tells("status", "termination", "key", "outcome");
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        try (Socket client = send("POST /t HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k1\r\nContent-Length: 1\r\n\r\n1")) {
            await().until(() -> bench.receipts("k1") == 1);
            bench.router.close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(line()).isEqualTo("status=0 termination=KH key=k1 outcome=in-doubt");
        }
    }

    @Test
    void an_answered_request_has_one_line() throws Exception {
        bench.post("/t", "k1", "1").get();
        await().until(() -> lines.size() == 1);
        assertThat(lines.get(0)).contains("\"POST /t\" 201 ", "key=k1", "outcome=executed", "attempts=1");
    }
}
