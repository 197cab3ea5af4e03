package io.gemel.router;

import static io.gemel.router.Http2Wire.request;
import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.Http2Wire.Answer;
import io.gemel.router.TestVm.Manner;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that speak HTTP/2. */
final class Http2IT {
    /** Of tests that change nothing. */
    private static TestBench shared;

    private TestBench bench;

    @BeforeAll
    static void share() throws RouterException {
        shared = new TestBench(config ->
                TestBench.with(config, TestBench.shortTimes(Duration.ofSeconds(40)), RouterLimits.defaults()));
    }

    @AfterAll
    static void stopSharing() {
        shared.close();
    }

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

    private static int port(TestBench of) {
        return of.router.port();
    }

    private JsonObject head() {
        await().until(() -> bench.vms().stream().anyMatch(vm -> !vm.heads.isEmpty()));
        return bench.vms().stream().flatMap(vm -> vm.heads.stream()).findFirst().orElseThrow();
    }

    private HttpResponse<String> post(HttpClient client, String key) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port(bench) + "/transfers"))
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
        assertThat(head().getString("host")).isEqualTo("127.0.0.1:" + port(bench));

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

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "a capital letter ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|Foo=y",
                "Connection ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|connection=keep-alive",
                "Upgrade ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|upgrade=websocket",
                "Transfer-Encoding ~ RST 1 ~ :method=POST|:scheme=http|:authority=x|:path=/|transfer-encoding=chunked",
                "TE that is more than trailers ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|te=gzip",
                "a line feed in a value ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|a=b\\r\\nHost: y",
                "a bare line feed in a value ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|a=b\\nc",
                "a NUL in a value ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|a=b\\0c",
                "a control character in a value ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|a=b\\1c",
                "a blank before a value ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|a= b",
                "a blank in a name ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|a b=c",
                "a colon in a name ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|a:b=c",
                "a line feed in a name ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|a\\nb=c",
                "an empty name ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/|=c",
                "no path ~ RST 1 ~ :method=GET|:scheme=http|:authority=x",
                "an empty path ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=",
                "no method ~ RST 1 ~ :scheme=http|:authority=x|:path=/",
                "no scheme ~ RST 1 ~ :method=GET|:authority=x|:path=/",
                "two paths ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/a|:path=/b",
                "two methods ~ RST 1 ~ :method=GET|:method=POST|:scheme=http|:authority=x|:path=/a",
                "two authorities ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:authority=y|:path=/a",
                "a pseudo header behind another ~ RST 1 ~ :method=GET|:scheme=http|a=b|:authority=x|:path=/a",
                "a pseudo header of answers ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/a|:status=200",
                "an unknown pseudo header ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/a|:foo=b",
                "no authority ~ 400 ~ :method=GET|:scheme=http|:path=/a",
                "an authority with a path ~ RST 1 ~ :method=GET|:scheme=http|:authority=x/y|:path=/a",
                "an authority with a user ~ RST 1 ~ :method=GET|:scheme=http|:authority=u@x|:path=/a",
                "another Host ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/a|host=y",
                "two Hosts ~ 400 ~ :method=GET|:scheme=http|:authority=x|:path=/a|host=x|host=y",
                "CONNECT ~ RST 1 ~ :method=CONNECT|:scheme=http|:authority=x|:path=/a",
                "CONNECT as it should be ~ 400 ~ :method=CONNECT|:authority=x:80",
                "another protocol ~ RST 1 ~ :method=CONNECT|:protocol=websocket|:scheme=http|:authority=x|:path=/stream/a",
                "TRACE ~ 501 ~ :method=TRACE|:scheme=http|:authority=x|:path=/a",
                "a method in small letters ~ 501 ~ :method=get|:scheme=http|:authority=x|:path=/a",
                "a method with a blank ~ RST 1 ~ :method=GET /a HTTP/1.1|:scheme=http|:authority=x|:path=/a",
                "a path with a blank ~ 400 ~ :method=GET|:scheme=http|:authority=x|:path=/a HTTP/1.1",
                "a path with a line feed ~ RST 1 ~ :method=GET|:scheme=http|:authority=x|:path=/a\\r\\nb: c",
                "a path without a slash ~ 400 ~ :method=GET|:scheme=http|:authority=x|:path=a",
                "an absolute path ~ 400 ~ :method=GET|:scheme=http|:authority=x|:path=http://y/a",
                "a star ~ 400 ~ :method=OPTIONS|:scheme=http|:authority=x|:path=*",
                "a bad escape ~ 400 ~ :method=GET|:scheme=http|:authority=x|:path=/%zz",
                "a length that is no number ~ RST 1 ~ :method=POST|:scheme=http|:authority=x|:path=/a|content-length=two",
                "a signed length ~ RST 1 ~ :method=POST|:scheme=http|:authority=x|:path=/a|content-length=+2",
                "two lengths ~ RST 1 ~ :method=POST|:scheme=http|:authority=x|:path=/a|content-length=2|content-length=3",
                "a length and no body ~ RST 1 ~ :method=POST|:scheme=http|:authority=x|:path=/a|content-length=2",
                "two keys ~ 400 ~ :method=POST|:scheme=http|:authority=x|:path=/a|idempotency-key=a|idempotency-key=b",
                "an empty key ~ 400 ~ :method=POST|:scheme=http|:authority=x|:path=/a|idempotency-key=",
                "a durability that there is not ~ 400 ~ :method=POST|:scheme=http|:authority=x|:path=/a|gemel-durability=eternal",
                "a body that is too large ~ 413 ~ :method=POST|:scheme=http|:authority=x|:path=/a|content-length=1048577",
                "a path between routers and VMs ~ 404 ~ :method=POST|:scheme=http|:authority=x|:path=/gemel/drain",
            })
    void is_refused_alone(String what, String status, String head) throws Exception {
        Answer answer;
        try (Http2Wire wire = new Http2Wire(port(shared))) {
            String[] headers = head.replace("\\r", "\r")
                    .replace("\\n", "\n")
                    .replace("\\0", "\0")
                    .replace("\\1", "\1")
                    .split("\\|", -1);
            answer = wire.answer(wire.begin(!status.equals("413"), headers));
            assertThat(wire.ask(request("GET", "/beside")).status())
                    .as("another request")
                    .isEqualTo("200");
        }
        assertThat(answer.status()).startsWith(status);
        assertThat(shared.vms().stream().flatMap(vm -> vm.heads.stream()))
                .as("what VMs got")
                .allMatch(got -> got.getString(":target").equals("/beside"));
        assertThat(shared.vms()).allMatch(vm -> vm.drains.get() == 0);
    }

    @Test
    void targets_headers_and_bodies_have_the_limits_that_they_have_in_http_1_1() throws Exception {
        RouterLimits limits = TestLimits.ofRequests(RouterLimits.defaults(), 100_000, 4096, 100);
        bench = new TestBench(config -> TestBench.with(config, TestBench.shortTimes(Duration.ofSeconds(40)), limits));
        try (Http2Wire wire = connect()) {
            assertThat(wire.ask(request("GET", "/" + "a".repeat(limits.lineMax())))
                            .status())
                    .isEqualTo("414");
            assertThat(wire.ask(request("GET", "/", "a=" + "b".repeat(limits.headersMax())))
                            .status())
                    .isEqualTo("431");
            assertThat(wire.ask(request("GET", "/", "a=" + "b".repeat(limits.headersMax() + limits.lineMax())))
                            .status())
                    .isEqualTo("431");
            assertThat(wire.ask(request("GET", "/beside", "a=" + "b".repeat(limits.headersMax() - 50)))
                            .status())
                    .isEqualTo("200");

            int large = wire.begin(false, request("POST", "/large"));
            int other = wire.begin(false, request("POST", "/beside", "idempotency-key=limits"));
            for (int sent = 0; sent <= limits.bodyMax() && wire.room(large); sent += 16_000) {
                wire.data(large, "x".repeat(16_000), false);
            }
            assertThat(wire.answer(large).status()).startsWith("413");
            wire.data(other, "1", true);
            assertThat(wire.answer(other).status()).isEqualTo("201");
        }
    }

    @Test
    void a_body_that_is_not_as_long_as_it_is_said_to_be_is_no_request() throws Exception {
        try (Http2Wire wire = new Http2Wire(port(shared))) {
            int longer = wire.begin(false, request("POST", "/longer", "content-length=2"));
            wire.data(longer, "GET /hidden", true);
            int shorter = wire.begin(false, request("POST", "/shorter", "content-length=20"));
            wire.data(shorter, "GET /hidden", true);
            int streamed = wire.begin(false, request("POST", "/stream/longer", "content-length=2"));
            wire.data(streamed, "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n", true);

            assertThat(wire.answer(longer).status()).isEqualTo("RST 1");
            assertThat(wire.answer(shorter).status()).isEqualTo("RST 1");
            assertThat(wire.answer(streamed).status()).contains("RST 1");
            assertThat(wire.ask(request("GET", "/beside")).status()).isEqualTo("200");
        }
        assertThat(shared.vms().stream().flatMap(vm -> vm.heads.stream()))
                .allMatch(got -> got.getString(":target").equals("/beside"));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Flood.class)
    void a_flood_ends_its_connection_and_harms_nobody_else(Flood flood) throws Exception {
        try (Http2Wire wire = new Http2Wire(port(shared))) {
            assertThat(wire.ask(request("GET", "/beside")).status()).isEqualTo("200");
            try {
                flood.pour(wire);
            } catch (SocketException e) {
                // It was ended meanwhile, which is what is looked at.
            }
            assertThat(wire.ends()).isTrue();
        }
        try (Http2Wire wire = new Http2Wire(port(shared))) {
            assertThat(wire.ask(request("GET", "/beside")).status()).isEqualTo("200");
        }
        await().until(() -> shared.router.report().connections() == 0
                && shared.router.report().inFlight() == 0
                && shared.router.report().bodyBytes() == 0);
    }

    private enum Flood {
        PINGS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Guard.FRAMES_MAX; i++) {
                    wire.write(Http2Wire.PING, 0, 0, new byte[8]);
                }
            }
        },
        SETTINGS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Guard.FRAMES_MAX; i++) {
                    wire.write(Http2Wire.SETTINGS, 0, 0, new byte[0]);
                }
            }
        },
        PRIORITIES {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Guard.FRAMES_MAX; i++) {
                    wire.write(Http2Wire.PRIORITY, 0, 2 * i + 101, new byte[5]);
                }
            }
        },
        UNKNOWN_FRAMES {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Guard.FRAMES_MAX; i++) {
                    wire.write(0x42, 0, 0, new byte[0]);
                }
            }
        },
        RESETS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Codec.RESETS_MAX; i++) {
                    wire.reset(wire.begin(false, request("POST", "/beside")));
                }
            }
        },
        REQUESTS_THAT_ARE_RESET {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Codec.RESETS_MAX; i++) {
                    wire.begin(true, request("GET", "/beside", "connection=close"));
                }
            }
        },
        SMALL_CONTINUATIONS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                wire.write(Http2Wire.HEADERS, 0, 101, Http2Wire.block(request("GET", "/beside")));
                for (int i = 0; i < 100; i++) {
                    wire.write(Http2Wire.CONTINUATION, 0, 101, new byte[0]);
                }
            }
        },
        A_HEAD_WITHOUT_END {
            @Override
            void pour(Http2Wire wire) throws IOException {
                byte[] part = Http2Wire.block("a=" + "b".repeat(16_000));
                wire.write(Http2Wire.HEADERS, 0, 101, Http2Wire.block(request("GET", "/beside")));
                for (int i = 0; i < 100; i++) {
                    wire.write(Http2Wire.CONTINUATION, 0, 101, part);
                }
            }
        },
        EMPTY_DATA {
            @Override
            void pour(Http2Wire wire) throws IOException {
                int stream = wire.begin(false, request("POST", "/stream/a"));
                for (int i = 0; i < 1000; i++) {
                    wire.data(stream, "", false);
                }
            }
        },
        WINDOWS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i < 2; i++) {
                    wire.write(Http2Wire.WINDOW_UPDATE, 0, 0, new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff});
                }
            }
        },
        A_LARGE_FRAME {
            @Override
            void pour(Http2Wire wire) throws IOException {
                wire.write(Http2Wire.PING, 0, 0, new byte[100_000]);
            }
        };

        abstract void pour(Http2Wire wire) throws IOException;
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"nothing", "PRI * HTT", "PRI * HTTP/2.0|||SM", "PRI * HTTP/2.0|SM|", "settings", "head", "frame"
            })
    void what_begins_and_does_not_come_to_its_end_is_ended(String what) throws Exception {
        bench = new TestBench(config -> TestBench.with(config, TestBench.impatient(), RouterLimits.defaults()));
        if (what.length() > 8) {
            try (Socket socket = new Socket("127.0.0.1", port(bench))) {
                socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
                socket.getOutputStream().write(what.replace("|", "\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readAllBytes()).asString().doesNotContain("200");
            }
            return;
        }
        try (Http2Wire wire = connect()) {
            if (!what.equals("nothing")) {
                assertThat(wire.ask(request("GET", "/a")).status()).isEqualTo("200");
            }
            switch (what) {
                case "settings" -> wire.socket.getOutputStream().write(new byte[] {0, 0, 6, 4, 0, 0, 0, 0, 0, 0});
                case "head" -> wire.write(Http2Wire.HEADERS, 0, 101, Http2Wire.block(request("GET", "/a")));
                case "frame" -> wire.socket.getOutputStream().write(new byte[] {0, 0, 8});
                default -> {
                    // idle.timeout is for those.
                    return;
                }
            }
            assertThat(wire.ends()).isTrue();
        }
        assertThat(bench.router.report().malformed()).isPositive();
    }

    @Test
    void a_body_that_does_not_come_ends_its_own_request_only() throws Exception {
        bench = new TestBench(config -> TestBench.with(config, TestBench.impatient(), RouterLimits.defaults()));
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        try (Http2Wire wire = connect()) {
            int kept = wire.begin(true, request("POST", "/a", "idempotency-key=kept"));
            int slow = wire.begin(false, request("POST", "/a", "idempotency-key=slow"));
            wire.data(slow, "1", false);
            assertThat(wire.answer(slow).status()).startsWith("408");
            bench.vms().forEach(TestVm::release);
            assertThat(wire.answer(kept).status()).isEqualTo("201");
        }
        assertThat(bench.receipts("slow")).isZero();
        await().until(() ->
                bench.router.report().bodyBytes() == 0 && bench.router.report().inFlight() == 0);
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
    void more_requests_at_once_than_a_connection_may_have_are_refused_and_may_be_sent_again() throws Exception {
        start(new RouterProtocols(true, 3, 0));
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        try (Http2Wire wire = connect()) {
            wire.await(frame -> frame.type() == Http2Wire.SETTINGS && (frame.flags() & Http2Wire.ACK) != 0);
            List<Integer> held = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                held.add(wire.begin(true, request("POST", "/a", "idempotency-key=k" + i)));
            }
            assertThat(wire.ask(request("POST", "/a", "idempotency-key=beyond")).status())
                    .isEqualTo("RST 7");
            await().until(() ->
                    bench.vms().stream().mapToInt(vm -> vm.received.size()).sum() == 3);
            bench.vms().forEach(vm -> vm.manner = Manner.ANSWER);
            bench.vms().forEach(TestVm::release);
            for (int stream : held) {
                assertThat(wire.answer(stream).status()).isEqualTo("201");
            }
            assertThat(wire.ask(request("POST", "/a", "idempotency-key=beyond")).status())
                    .isEqualTo("201");
            assertThat(bench.receipts("beyond")).isEqualTo(1);
        }
    }

    @Test
    void its_connections_count_and_are_closed_when_nothing_moves() throws Exception {
        bench = new TestBench(config -> TestConfig.changed(config, changed -> {
            changed.times = TestTimes.brief();
            changed.routes.removeIf(route -> route.timeout() != null);
            changed.limits = TestLimits.changed(changed.limits, limits -> limits.connectionsMax = 2);
        }));
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
            assertThat(first.ends()).isTrue();
            assertThat(second.ends()).isTrue();
        }
        await().until(() -> bench.router.report().connections() == 0);
    }

    @Test
    void a_router_that_takes_leave_says_so_and_answers_what_is_on_its_way() throws Exception {
        start();
        try (Http2Wire wire = connect()) {
            assertThat(wire.ask(request("GET", "/a")).status()).isEqualTo("200");
            bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
            int kept = wire.begin(true, request("POST", "/a", "idempotency-key=kept"));
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
            await().until(() -> bench.router.report().connections() == 0 || !closing.isDone());
            bench.vms().forEach(TestVm::release);
            assertThat(wire.answer(kept).status()).isEqualTo("201");
            assertThat(wire.ends()).isTrue();
            closing.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
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
    void a_client_that_does_not_read_does_not_fill_the_router() throws Exception {
        start();
        try (Http2Wire wire = connect()) {
            int large = wire.begin(true, request("GET", "/large/5000000"));
            assertThat(wire.ask(request("HEAD", "/large/7")).headers().get("content-length"))
                    .hasToString("7");
            wire.write(Http2Wire.WINDOW_UPDATE, 0, 0, new byte[] {0, 0x50, 0, 0});
            wire.write(Http2Wire.WINDOW_UPDATE, 0, large, new byte[] {0, 0x50, 0, 0});
            assertThat(wire.answer(large).body()).hasSize(5_000_000);
        }
    }

    @Test
    void a_vm_that_does_not_read_stops_the_client_of_that_request_alone() throws Exception {
        try (UpgradeVm vm = new UpgradeVm()) {
            bench = new TestBench(config -> TestBench.alone(config, vm.config()));
            vm.answer = "HTTP/1.1 100 Continue\r\nX: 101 \r\n\r\n"; // and it reads no more
            try (Http2Wire wire = connect()) {
                wire.await(frame -> frame.type() == Http2Wire.SETTINGS);
                int stream = wire.begin(false, request("POST", "/stream/upload"));
                long sent = 0;
                long stalledAt = -1;
                while (stalledAt != sent && sent < 64 << 20) {
                    if (wire.window(stream, sent) >= 16_000) {
                        wire.data(stream, "x".repeat(16_000), false);
                        sent += 16_000;
                    } else {
                        long before = sent;
                        stalledAt = before;
                        for (int i = 0; i < 10 && wire.window(stream, before) < 16_000; i++) {
                            await().pollDelay(Duration.ofMillis(100)).until(() -> true);
                        }
                        stalledAt = wire.window(stream, before) < 16_000 ? before : -1;
                    }
                }
                assertThat(sent).as("bytes in all buffers up to the VM").isLessThan(32 << 20);
                vm.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                assertThat(wire.ask(request("GET", "/beside")).status()).isEqualTo("200");
                wire.reset(stream);
                vm.connection().close();
            }
            await().until(() -> bench.router.report().inFlight() == 0);
        }
    }

    @Test
    void the_proxy_protocol_stands_before_it() throws Exception {
        bench = new TestBench(config -> TestBench.with(config, new RouterFrontend(List.of(), true, true, List.of())));
        byte[] v1 = "PROXY TCP4 192.0.2.7 192.0.2.8 4711 80\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] v2 = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000cc0000207c000020812670050");
        for (byte[] before : List.of(v1, v2)) {
            bench.vms().forEach(vm -> vm.heads.clear());
            try (Http2Wire wire = new Http2Wire(port(bench), before)) {
                assertThat(wire.ask(request("GET", "/a")).status()).isEqualTo("200");
            }
            assertThat(head().getString("x-forwarded-for")).isEqualTo("192.0.2.7");
        }
    }

    @Test
    void it_can_be_switched_off(@TempDir Path folder) throws Exception {
        TestKeys keys = TestKeys.make(folder, "EC", "ip:127.0.0.1");
        start(new RouterProtocols(false, 100, 1000));
        try (Socket socket = new Socket("127.0.0.1", port(bench))) {
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
