package io.gemel.router.http;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.http.Http2Wire.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.LogLines;
import io.gemel.router.RawVm;
import io.gemel.router.TestBench;
import io.gemel.router.TestConfig;
import io.gemel.router.TestFrontend;
import io.gemel.router.TestKeys;
import io.gemel.router.TestLimits;
import io.gemel.router.TestTimes;
import io.gemel.router.TestVm;
import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterProtocols;
import io.gemel.router.http.Http2Wire.Answer;
import io.vertx.core.json.JsonObject;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that speak HTTP/2. */
final class Http2IT {
    private TestBench bench;

    @AfterEach
    void stop() {
        if (bench != null) {
            bench.close();
        }
    }

    private void start() throws RouterException {
        bench = new TestBench(config ->
                TestBench.with(config, TestBench.shortTimes(Duration.ofSeconds(40)), RouterLimits.defaults()));
    }

    private void start(RouterProtocols protocols) throws RouterException {
        bench = new TestBench(config -> TestConfig.speaking(config, protocols));
    }

    private Http2Wire connect() throws Exception {
        return new Http2Wire(bench.router.port());
    }

    private int port() {
        return bench.router.port();
    }

    private JsonObject head() {
        await().until(() -> bench.vms().stream().anyMatch(vm -> !vm.heads.isEmpty()));
        return bench.vms().stream().flatMap(vm -> vm.heads.stream()).findFirst().orElseThrow();
    }

    private HttpResponse<String> post(HttpClient client, String key) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port() + "/transfers"))
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofString("x"))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void a_client_chooses_by_tls_and_both_get_the_same_answer(@TempDir Path folder) throws Exception {
        TestKeys keys = TestKeys.make(folder, "EC", "ip:127.0.0.1");
        bench = new TestBench(config -> TestBench.with(config, keys.tls()));
        HttpClient client = HttpClient.newBuilder().sslContext(keys.trusting()).build();
        HttpClient older = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(keys.trusting())
                .build();

        HttpResponse<String> answer = post(client, "k1");
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(TestBench.header(answer, "Gemel-Outcome")).isEqualTo("executed");
        assertThat(head().getString("x-forwarded-proto")).isEqualTo("https");
        assertThat(head().getString("host")).isEqualTo("127.0.0.1:" + port());

        HttpResponse<String> again = post(older, "k1");
        assertThat(again.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        assertThat(TestBench.header(again, "Gemel-Outcome")).isEqualTo("replayed");
        assertThat(again.body()).isEqualTo(answer.body());
    }

    @Test
    void requests_share_a_connection_and_each_has_one_effect() throws Exception {
        start();
        try (Http2Wire wire = connect()) {
            List<Integer> streams = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int stream = wire.begin(false, request("POST", "/t", "idempotency-key=k" + i, "content-length=1"));
                wire.data(stream, "1", true);
                streams.add(stream);
            }
            for (int stream : streams) {
                Answer answer = wire.answer(stream);
                assertThat(answer.status()).isEqualTo("201");
                assertThat(answer.headers().get("gemel-outcome")).hasToString("executed");
            }
            assertThat(bench.router.report().connections()).isEqualTo(1);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(bench.east.ledger.effectsOf("k" + i) + bench.west.ledger.effectsOf("k" + i))
                    .isEqualTo(1);
        }
        await().until(() -> bench.router.report().connections() == 0
                && bench.router.report().inFlight() == 0
                && bench.router.report().bodyBytes() == 0);
    }

    @Test
    void bodies_pass_through_as_they_come_also_when_their_length_is_not_told() throws Exception {
        start();
        try (Http2Wire wire = connect()) {
            for (String length : List.of("content-length=6", "x-none=1")) {
                int stream = wire.begin(false, request("POST", "/stream/a", length));
                wire.data(stream, "abc", false);
                wire.data(stream, "def", true);
                assertThat(wire.answer(stream).body()).endsWith(": abcdef");
            }
            assertThat(wire.ask(request("POST", "/stream/a")).body()).endsWith(": ");
            bench.vms().forEach(vm -> vm.heads.clear());
            assertThat(wire.ask(request("GET", "/stream/a")).status()).isEqualTo("200");
        }
        assertThat(head().fieldNames()).doesNotContain("transfer-encoding");
    }

    @Test
    void a_vm_sees_a_head_of_http_1_1() throws Exception {
        start();
        try (Http2Wire wire = connect()) {
            assertThat(wire.ask(
                                    ":method=GET",
                                    ":scheme=https",
                                    ":path=/a?b=c",
                                    ":authority=shop.example:8443",
                                    "te=trailers",
                                    "cookie=a=1",
                                    "cookie=b=2",
                                    "x-forwarded-for=9.9.9.9",
                                    "gemel-attempt=9",
                                    "gemel_attempt=9")
                            .status())
                    .isEqualTo("200");
        }
        JsonObject head = head();
        assertThat(head.getString(":target")).isEqualTo("/a?b=c");
        assertThat(head.getString("host")).isEqualTo("shop.example:8443");
        assertThat(head.getString("cookie")).isEqualTo("a=1; b=2");
        assertThat(head.getString("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(head.getString("x-forwarded-proto")).isEqualTo("http");
        assertThat(head.fieldNames()).doesNotContain("te", "gemel_attempt", ":authority", ":path", "transfer-encoding");
    }

    @Test
    void a_client_that_resets_a_request_has_left_it_and_nothing_else() throws Exception {
        start();
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        try (LogLines lines = new LogLines("io.gemel.router.access");
                Http2Wire wire = connect()) {
            int read = wire.begin(true, request("GET", "/left"));
            int written = wire.begin(true, request("POST", "/written", "idempotency-key=k1"));
            int body = wire.begin(false, request("POST", "/body", "idempotency-key=k2"));
            int other = wire.begin(true, request("POST", "/other", "idempotency-key=k3"));
            await().until(() -> bench.receipts("k1") + bench.receipts("k3") + bench.receipts("null") == 3);
            wire.reset(read);
            wire.reset(written);
            wire.reset(body);
            await().until(() -> lines.all().size() == 2);
            assertThat(lines.all()).anyMatch(line -> line.contains("\"GET /left\" 499"));
            assertThat(lines.all()).anyMatch(line -> line.contains("\"POST /body\" 499"));
            await().until(() -> bench.router.report().inFlight() == 2);
            bench.vms().forEach(TestVm::release);
            assertThat(wire.answer(other).status()).isEqualTo("201");
            await().until(() -> lines.all().stream().anyMatch(line -> line.contains("\"POST /written\" 499")));
            bench.vms().forEach(vm -> vm.manner = Manner.ANSWER);
            assertThat(wire.ask(request("GET", "/again")).status()).isEqualTo("200");
        }
        assertThat(bench.east.ledger.effectsOf("k1"))
                .as("what may change something goes on to its end")
                .isEqualTo(1);
        assertThat(bench.receipts("k2")).isZero();
        await().until(() ->
                bench.router.report().inFlight() == 0 && bench.router.report().bodyBytes() == 0);
    }

    @Test
    void its_connections_count() throws Exception {
        bench = new TestBench(config -> TestConfig.changed(
                config,
                changed -> changed.limits = TestLimits.changed(changed.limits, limits -> limits.connectionsMax = 2)));
        try (Http2Wire first = connect();
                Http2Wire second = connect()) {
            assertThat(first.ask(request("GET", "/a")).status()).isEqualTo("200");
            assertThat(second.ask(request("GET", "/a")).status()).isEqualTo("200");
            assertThat(bench.router.report().connections()).isEqualTo(2);
            try (Http2Wire third = connect()) {
                assertThat(third.ends()).isTrue();
            } catch (SocketException e) {
                // It was closed while it was written to.
            }
            assertThat(bench.router.report().shed()).isEqualTo(1);
            assertThat(first.ask(request("GET", "/a")).status()).isEqualTo("200");
        }
        await().until(() -> bench.router.report().connections() == 0);
    }

    @Test
    void its_connections_are_closed_when_nothing_moves() throws Exception {
        bench = new TestBench(config -> TestConfig.changed(config, changed -> {
            changed.times = TestTimes.brief();
            changed.routes.removeIf(route -> route.timeout() != null);
        }));
        try (Http2Wire wire = connect()) {
            assertThat(wire.ask(request("GET", "/a")).status()).isEqualTo("200");
            assertThat(wire.ends()).isTrue();
        }
        assertThat(bench.router.report().malformed()).isZero();
    }

    @Test
    void a_router_that_takes_leave_says_so_and_answers_what_is_on_its_way() throws Exception {
        start();
        try (Http2Wire wire = connect()) {
            assertThat(wire.ask(request("GET", "/a")).status()).isEqualTo("200");
            bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
            int kept = wire.begin(true, request("POST", "/a", "idempotency-key=kept"));
            await().until(() -> bench.receipts("kept") == 1);
            bench.router.leave();
            Http2Wire.Frame goAway = wire.await(frame -> frame.type() == Http2Wire.GOAWAY);
            assertThat(goAway.code()).isZero();
            assertThat(goAway.payload()[0]).as("every request").isEqualTo((byte) 0x7f);
            bench.vms().forEach(vm -> vm.manner = Manner.ANSWER);
            assertThat(wire.ask(request("POST", "/a", "idempotency-key=on-its-way"))
                            .status())
                    .isEqualTo("201");

            try (Http2Wire late = connect()) {
                assertThat(late.ask(request("GET", "/a")).status()).isEqualTo("200");
                late.await(frame -> frame.type() == Http2Wire.GOAWAY);
            }

            CompletableFuture<Void> closing = CompletableFuture.runAsync(bench.router::close);
            await().until(this::turnsAway);
            assertThat(closing).isNotDone();
            bench.vms().forEach(TestVm::release);
            assertThat(wire.answer(kept).status()).isEqualTo("201");
            assertThat(wire.ends()).isTrue();
            closing.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Whether those who connect are not served any more. */
    private boolean turnsAway() {
        try (Http2Wire wire = connect()) {
            return wire.await(frame -> frame.type() < 0 || frame.type() == Http2Wire.SETTINGS)
                            .type()
                    < 0;
        } catch (Exception e) {
            return true;
        }
    }

    @Test
    void half_an_answer_does_not_look_like_a_whole_one() throws Exception {
        try (RawVm raw = new RawVm()) {
            bench = new TestBench(config -> TestBench.alone(config, raw.config()));
            raw.answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
            raw.rest = "";
            raw.go();
            try (Http2Wire wire = connect()) {
                Answer answer = wire.ask(request("GET", "/stream/a"));
                assertThat(answer.status()).isEqualTo("200 RST 2");
                assertThat(answer.body()).isEqualTo("half");
                raw.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                raw.rest = null;
                assertThat(wire.ask(request("GET", "/b")).status()).isEqualTo("200");
            }
        }
    }

    @Test
    void the_proxy_protocol_stands_before_it() throws Exception {
        bench = new TestBench(config -> TestBench.with(config, TestFrontend.behindProxy()));
        byte[] v1 = "PROXY TCP4 192.0.2.7 192.0.2.8 4711 80\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] v2 = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000cc0000207c000020812670050");
        for (byte[] before : List.of(v1, v2)) {
            bench.vms().forEach(vm -> vm.heads.clear());
            try (Http2Wire wire = new Http2Wire(port(), before)) {
                assertThat(wire.ask(request("GET", "/a")).status()).isEqualTo("200");
            }
            assertThat(head().getString("x-forwarded-for")).isEqualTo("192.0.2.7");
        }
    }

    @Test
    void it_can_be_switched_off(@TempDir Path folder) throws Exception {
        TestKeys keys = TestKeys.make(folder, "EC", "ip:127.0.0.1");
        start(new RouterProtocols(false, 100, 1000));
        try (Socket socket = new Socket("127.0.0.1", port())) {
            socket.getOutputStream().write(Http2Preface.TEXT.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readAllBytes()).asString().matches("(?s)HTTP/\\d\\.\\d 501 .*");
        }
        assertThat(bench.reload(config -> config.frontend = RouterFrontend.defaults()))
                .contains("http2 cannot change while the router runs");
        bench.close();
        bench = new TestBench(config ->
                TestConfig.speaking(TestBench.with(config, keys.tls()), new RouterProtocols(false, 100, 1000)));
        HttpClient client = HttpClient.newBuilder().sslContext(keys.trusting()).build();
        assertThat(post(client, "k1").version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }
}
