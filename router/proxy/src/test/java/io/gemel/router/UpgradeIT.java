package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.UpgradeVm.readTo;
import static io.gemel.router.UpgradeVm.say;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterPart;
import io.gemel.router.api.RouterPart.Kind;
import io.gemel.router.api.RouterProtocols;
import io.gemel.router.api.RouterReport;
import io.gemel.transaction.SiteId;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that are upgraded to another protocol, below a route with {@code resubmit=false}. */
final class UpgradeIT {
    private static final String UPGRADE =
            "GET /stream/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\nSec-WebSocket-Key: k\r\n\r\n";

    /** More than two sockets and a tunnel hold. */
    private static final long MUCH = 64L << 20;

    private UpgradeVm vm;
    private TestBench bench;

    @BeforeEach
    void start() throws Exception {
        vm = new UpgradeVm();
    }

    @AfterEach
    void stop() throws Exception {
        bench.close();
        vm.close();
    }

    private void start(UnaryOperator<RouterConfig> change) throws RouterException {
        bench = new TestBench(config -> change.apply(TestBench.alone(config, vm.config())));
    }

    private void startUsual() throws RouterException {
        start(config -> config);
    }

    private static RouterConfig withDrainTimeout(RouterConfig config, Duration drainTimeout) {
        return TestConfig.changed(
                config,
                changed ->
                        changed.times = TestTimes.changed(changed.times, times -> times.drainTimeout = drainTimeout));
    }

    private Socket connect() throws IOException {
        Socket client = new Socket("127.0.0.1", bench.router.port());
        client.setSoTimeout((int) TestBench.LIMIT.toMillis());
        return client;
    }

    private Socket upgraded() throws IOException {
        Socket client = connect();
        say(client, UPGRADE);
        assertThat(readTo(client.getInputStream(), "\r\n\r\n")).startsWith("HTTP/1.1 101 ");
        return client;
    }

    private String talk(String request) throws IOException {
        try (Socket client = connect()) {
            say(client, request);
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** Of a client that keeps no connection. */
    private static String plain(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    }

    /** Waits until the connection has ended, however; it is closed then. */
    private static boolean ends(Socket socket) throws IOException {
        try (socket) {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketException e) {
            return true; // reset
        }
    }

    private void awaitNothingInHand() {
        await().until(() -> bench.router.report().upgraded() == 0
                && bench.router.report().connections() == 0
                && bench.router.report().vms().get(0).upgraded() == 0
                && bench.router.report().inFlight() == 0);
    }

    @Test
    void the_vm_is_asked_for_the_protocol_and_its_answer_and_what_follows_at_once_reach_the_client() throws Exception {
        startUsual();
        vm.answer = UpgradeVm.SWITCHES + "hello";
        try (Socket client = connect()) {
            say(client, UPGRADE);
            String head = readTo(client.getInputStream(), "hello").toLowerCase();

            assertThat(head)
                    .startsWith("http/1.1 101 ")
                    .contains("connection: upgrade\r\n", "\r\nupgrade: echo/1\r\n", "sec-websocket-accept: yes\r\n")
                    .doesNotContain("content-length", "transfer-encoding");
            assertThat(vm.heads.get(0).toLowerCase())
                    .contains(
                            "connection: upgrade\r\n",
                            "upgrade: echo/1\r\n",
                            "sec-websocket-key: k\r\n",
                            "x-forwarded-for: 127")
                    .doesNotContain("content-length", "transfer-encoding", "idempotency-key");
            Socket other = vm.connection();
            say(client, "from the client");
            readTo(other.getInputStream(), "from the client");
            say(other, "from the VM");
            readTo(client.getInputStream(), "from the VM");
            assertThat(bench.router.report().upgraded()).isEqualTo(1);
            assertThat(bench.router.report().vms().get(0).upgraded()).isEqualTo(1);
            assertThat(bench.router.report().inFlight()).isZero();
            client.shutdownOutput();
            assertThat(ends(other)).isTrue();
        }
        awaitNothingInHand();
    }

    @Test
    void a_side_that_ends_its_output_still_gets_what_the_other_one_says() throws Exception {
        startUsual();
        try (Socket client = upgraded();
                Socket other = vm.connection()) {
            say(client, "last");
            client.shutdownOutput();
            assertThat(new String(other.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("last");
            say(other, "after all");
            other.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("after all");
        }
        awaitNothingInHand();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void who_does_not_read_stops_the_other_side_and_gets_all_of_it_later(boolean clientReads) throws Exception {
        startUsual();
        try (Socket client = upgraded();
                Socket other = vm.connection()) {
            Socket reader = clientReads ? client : other;
            OutputStream out = (clientReads ? other : client).getOutputStream();
            AtomicLong written = new AtomicLong();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(out, written));
            await().until(() -> {
                long before = written.get();
                await().pollDelay(Duration.ofMillis(500)).until(() -> true);
                return written.get() == before && before > 0;
            });
            assertThat(written.get()).isLessThan(MUCH / 2);
            assertThat(writing).isNotDone();

            InputStream in = reader.getInputStream();
            byte[] part = new byte[1 << 16];
            long at = 0;
            while (at < MUCH) {
                int n = in.read(part);
                assertThat(n).isPositive();
                for (int i = 0; i < n; i++) {
                    if (part[i] != (byte) ((at + i) % 251)) {
                        throw new AssertionError("another byte at " + (at + i));
                    }
                }
                at += n;
            }
            writing.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static void write(OutputStream out, AtomicLong written) {
        byte[] part = new byte[251 * 64];
        for (int i = 0; i < part.length; i++) {
            part[i] = (byte) (i % 251);
        }
        try {
            while (written.get() < MUCH) {
                int n = (int) Math.min(part.length, MUCH - written.get());
                out.write(part, 0, n);
                written.addAndGet(n);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** As a browser would have it: over TLS, with a VM and a client that know the protocol. */
    @Test
    void a_websocket_carries_messages_of_all_sizes_and_leaves_a_line_when_it_ends(@TempDir Path folder)
            throws Exception {
        TestKeys keys = TestKeys.make(folder, "EC", "ip:127.0.0.1");
        start(config -> TestBench.with(config, keys.tls()));
        HttpServer echo = TestHttp.await(bench.vertx
                .createHttpServer(TestHttp.server(0, keys.tls()).setMaxWebSocketMessageSize(1 << 20))
                .requestHandler(request -> request.response().end(UpgradeVm.BEAT))
                .webSocketHandler(socket -> socket.textMessageHandler(text -> {
                    if (text.equals("end")) {
                        socket.close((short) 4001, "told to");
                    } else {
                        socket.writeTextMessage(text);
                    }
                }))
                .listen());
        try (LogLines lines = new LogLines("io.gemel.router.access")) {
            bench.reload(config -> {
                config.remove("raw");
                config.vms.add(new RouterConfig.Vm(
                        "echo", TestHttp.address(echo.actualPort(), keys.tls()), new SiteId("east"), "host-1"));
                config.authorities = keys.certificate();
            });
            await().until(() -> bench.router.report().vms().stream()
                    .anyMatch(each -> each.name().equals("echo") && each.state() == RouterReport.VmState.ALIVE));
            Messages messages = new Messages();
            WebSocket socket = HttpClient.newBuilder()
                    .sslContext(keys.trusting())
                    .build()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create("wss://127.0.0.1:" + bench.router.port() + "/stream/chat?secret"), messages)
                    .get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
            for (String text : List.of("a", "b".repeat(300), "c".repeat(900_000), "")) {
                socket.sendText(text, true).join();
                assertThat(messages.next.poll(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo(text);
            }
            assertThat(lines.all()).isEmpty();
            socket.sendText("end", true).join();
            assertThat(messages.end.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(4001);
            awaitNothingInHand();
            await().until(() -> lines.all().size() == 1);
            assertThat(lines.all().get(0))
                    .containsPattern("\"GET /stream/chat\" 101 9\\d{5} .*ms .*attempts=1 site=east vm=echo");
        }
    }

    private static final class Messages implements WebSocket.Listener {
        private final BlockingQueue<String> next = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> end = new CompletableFuture<>();
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                next.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            end.complete(status);
            return null;
        }
    }

    @Test
    void the_end_of_a_connection_ends_the_other_one() throws Exception {
        startUsual();
        try (Socket client = upgraded()) {
            Socket other = vm.connection();
            other.setSoLinger(true, 0); // as when its process is killed: reset
            other.close();
            assertThat(ends(client)).isTrue();
        }
        Socket leaving = upgraded();
        leaving.setSoLinger(true, 0);
        leaving.close();
        assertThat(ends(vm.connection())).isTrue();
        awaitNothingInHand();
    }

    @Test
    void a_vm_that_is_dead_and_says_nothing_loses_its_clients() throws Exception {
        startUsual();
        try (Socket client = upgraded();
                Socket other = vm.connection()) {
            vm.close();
            assertThat(ends(client)).isTrue();
            assertThat(ends(other)).isTrue();
        }
        awaitNothingInHand();
    }

    @Test
    void a_drain_waits_for_upgraded_connections_and_ends_those_that_stay_too_long() throws Exception {
        start(config -> withDrainTimeout(config, Duration.ofSeconds(4)));
        try (Socket client = upgraded();
                Socket other = vm.connection()) {
            var drain = bench.router.drain(new RouterPart(Kind.VM, "raw"), true).toCompletableFuture();
            await().until(() -> bench.router.report().vms().get(0).state() == RouterReport.VmState.DRAINING);
            say(client, "still");
            readTo(other.getInputStream(), "still");
            assertThat(drain).isNotDone();

            assertThat(ends(client)).isTrue();
            assertThat(ends(other)).isTrue();
            assertThat(drain.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS)).contains("raw is drained");
        }
    }

    @Test
    void a_reload_leaves_upgraded_connections_alone_whatever_it_changes() throws Exception {
        start(config -> TestConfig.changed(
                config, changed -> changed.limits = TestLimits.changed(changed.limits, limits -> limits.threads = 1)));
        try (Socket client = upgraded();
                Socket other = vm.connection()) {
            vm.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            assertThat(talk(plain("/before"))).startsWith("HTTP/1.1 200 ");
            String said = bench.reload(config -> {
                config.limits = TestLimits.changed(config.limits, limits -> {
                    limits.requestsMax = 7;
                    limits.vmHeadersMax = 4096;
                });
                config.times = TestTimes.changed(config.times, times -> times.drainTimeout = Duration.ofSeconds(50));
            });
            assertThat(said).contains("applied");
            assertThat(talk(plain("/after"))).startsWith("HTTP/1.1 200 ");
            await().until(() -> vm.last.stream().anyMatch(head -> head.startsWith("GET /before ")));
            say(client, "still");
            readTo(other.getInputStream(), "still");
            say(other, "there");
            readTo(client.getInputStream(), "there");
        }
        awaitNothingInHand();
    }

    @Test
    void a_vm_that_was_taken_out_keeps_its_connections_for_as_long_as_in_a_drain() throws Exception {
        bench = new TestBench(config -> withDrainTimeout(
                TestConfig.changed(config, changed -> {
                    changed.vms.removeIf(each -> each.site().name().equals("east"));
                    changed.vms.add(vm.config());
                }),
                Duration.ofSeconds(4)));
        try (Socket client = upgraded();
                Socket other = vm.connection()) {
            bench.reload(config -> {
                config.remove("raw");
                config.vms.add(bench.e1.config());
            });
            say(client, "still");
            readTo(other.getInputStream(), "still");
            assertThat(ends(client)).isTrue();
        }
    }

    @Test
    void a_router_that_closes_ends_them_at_once() throws Exception {
        startUsual();
        try (Socket client = upgraded();
                Socket other = vm.connection()) {
            CompletableFuture<Void> closing = CompletableFuture.runAsync(bench.router::close);
            assertThat(ends(client)).isTrue();
            assertThat(ends(other)).isTrue();
            closing.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void one_that_is_upgraded_while_the_router_closes_ends_at_once() throws Exception {
        startUsual();
        CompletableFuture<Void> held = new CompletableFuture<>();
        CompletableFuture<Void> switched = new CompletableFuture<>();
        vm.whenAsked = head -> (head.contains("/held") ? held : switched).join();
        try (Socket client = connect();
                Socket beside = connect()) {
            say(beside, "GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
            say(client, UPGRADE);
            await().until(() -> vm.heads.size() == 2);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(bench.router::close);
            await().until(this::turnsAway);
            switched.complete(null);
            assertThat(readTo(client.getInputStream(), "\r\n\r\n")).startsWith("HTTP/1.1 101 ");
            assertThat(ends(client)).isTrue();
            assertThat(ends(vm.connection())).isTrue();
            held.complete(null);
            assertThat(readTo(beside.getInputStream(), "\r\n\r\n"))
                    .as("another request was still in hand")
                    .startsWith("HTTP/1.1 502 ");
            closing.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } finally {
            held.complete(null);
            switched.complete(null);
        }
    }

    /** Whether those who connect are not served any more. */
    private boolean turnsAway() throws IOException {
        try {
            return talk(plain("/gemel/none")).isEmpty();
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void a_connection_on_which_nothing_moves_is_closed_after_a_while() throws Exception {
        start(config -> TestConfig.changed(config, changed -> {
            changed.times = TestTimes.brief();
            changed.routes.removeIf(route -> route.timeout() != null);
        }));
        try (Socket client = upgraded();
                Socket other = vm.connection()) {
            assertThat(ends(client)).isTrue();
            assertThat(ends(other)).isTrue();
        }
        awaitNothingInHand();
    }

    @Test
    void an_answer_that_does_not_switch_is_an_answer_and_the_connection_goes_on() throws Exception {
        startUsual();
        vm.answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
        try (Socket client = connect()) {
            for (int i = 0; i < 3; i++) {
                say(client, UPGRADE);
                assertThat(readTo(client.getInputStream(), "\r\n\r\nno")).startsWith("HTTP/1.1 403 ");
            }
            vm.answer = UpgradeVm.SWITCHES;
            say(client, UPGRADE);
            assertThat(readTo(client.getInputStream(), "\r\n\r\n")).startsWith("HTTP/1.1 101 ");
            vm.connection().close();
        }
        awaitNothingInHand();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n"
            })
    void a_vm_that_switches_to_what_nobody_asked_for_gave_no_proper_answer(String answer) throws Exception {
        startUsual();
        vm.answer = answer;
        try (Socket client = connect()) {
            say(client, UPGRADE);
            assertThat(readTo(client.getInputStream(), "\r\n\r\n")).startsWith("HTTP/1.1 502 ");
        }
        assertThat(ends(vm.connection())).isTrue();
        vm.answer = UpgradeVm.SWITCHES;
        try (Socket client = connect()) {
            say(client, "GET /stream/plain HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(readTo(client.getInputStream(), "\r\n\r\n")).startsWith("HTTP/1.1 502 ");
        }
        assertThat(ends(vm.connection())).isTrue();
    }

    @Test
    void they_take_no_connection_from_requests_whether_the_vm_switches_or_not() throws Exception {
        start(config -> TestConfig.changed(
                config,
                changed -> changed.limits = TestLimits.changed(RouterLimits.defaults(), limits -> {
                    limits.vmConnectionsMax = 1;
                    limits.threads = 1;
                })));
        List<Socket> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(upgraded());
            all.add(vm.connection());
        }
        assertThat(bench.router.report().upgraded()).isEqualTo(3);
        vm.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        try (Socket client = connect()) {
            for (int i = 0; i < 3; i++) {
                say(client, UPGRADE);
                assertThat(readTo(client.getInputStream(), "\r\n\r\nok")).startsWith("HTTP/1.1 200 ");
                say(client, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(readTo(client.getInputStream(), "\r\n\r\nok")).startsWith("HTTP/1.1 200 ");
            }
        }
        for (Socket each : all) {
            each.close();
        }
        awaitNothingInHand();
    }

    @Test
    void more_of_them_at_once_are_turned_away_and_one_that_ends_makes_room() throws Exception {
        start(config -> TestConfig.speaking(config, new RouterProtocols(true, 100, 1)));
        try (Socket client = upgraded()) {
            try (Socket beyond = connect()) {
                say(beyond, UPGRADE);
                assertThat(readTo(beyond.getInputStream(), "upgrades.max"))
                        .startsWith("HTTP/1.1 503 ")
                        .containsIgnoringCase("retry-after: ");
            }
            assertThat(vm.heads).hasSize(1);
            say(client, "still");
            Socket other = vm.connection();
            readTo(other.getInputStream(), "still");
            other.close();
        }
        awaitNothingInHand();
        upgraded().close();
    }

    @Test
    void elsewhere_it_is_refused_with_the_setting_that_allows_it() throws Exception {
        startUsual();
        String answer = talk(UPGRADE.replace("/stream/echo", "/chat/room"));

        assertThat(answer).startsWith("HTTP/1.1 501 ").contains("set route./chat/room.resubmit=false");
        assertThat(vm.heads).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "a body ~ 400 ~ GET /stream/a HTTP/1.1|Host: x|Connection: upgrade|Upgrade: echo/1|Content-Length: 2||hi",
                "chunks ~ 400 ~ GET /stream/a HTTP/1.1|Host: x|Connection: upgrade|Upgrade: echo/1|Transfer-Encoding: chunked||0||",
                "a key ~ 400 ~ GET /stream/a HTTP/1.1|Host: x|Connection: upgrade|Upgrade: echo/1|Idempotency-Key: k||",
                "a protocol with blanks ~ 400 ~ GET /stream/a HTTP/1.1|Host: x|Connection: upgrade|Upgrade: e cho||",
                "another method ~ 501 ~ POST /stream/a HTTP/1.1|Host: x|Connection: upgrade|Upgrade: echo/1|Content-Length: 0||",
                "bytes behind it ~ 400 ~ GET /stream/a HTTP/1.1|Host: x|Connection: upgrade|Upgrade: echo/1||GET /hidden",
                "a request behind it ~ 400 ~ GET /stream/a HTTP/1.1|Host: x|Connection: upgrade|Upgrade: echo/1||GET /hidden HTTP/1.1|Host: x||",
            })
    void what_does_not_go_with_it_is_refused(String what, int status, String request) throws Exception {
        startUsual();
        vm.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        String answer = talk(request.replace("|", "\r\n"));

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer.split("HTTP/1.1", -1)).hasSize(2);
        assertThat(vm.heads).noneMatch(head -> head.contains("hidden"));
        awaitNothingInHand();
    }

    @Test
    void what_comes_before_the_answer_is_no_request_and_no_byte_of_the_other_protocol() throws Exception {
        startUsual();
        vm.answer = "HTTP/1.1 103 Early Hints\r\n\r\n"; // and no answer yet
        try (Socket client = connect()) {
            say(client, UPGRADE);
            await().until(() -> vm.heads.size() == 1);
            say(client, "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400 ");
        }
        awaitNothingInHand();
        assertThat(vm.heads).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                "Connection: upgrade|Upgrade: HTTP/2.0",
                "Connection: upgrade|Upgrade: TLS/1.2, HTTP/1.1",
                "Connection: upgrade, keep-alive",
                "Upgrade: websocket",
                "Connection: close, x|Upgrade: websocket",
            })
    void what_carries_http_or_asks_for_nothing_is_a_request_like_any_other(String headers) throws Exception {
        startUsual();
        vm.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        for (String path : new String[] {"/stream/a", "/a"}) {
            vm.heads.clear();
            try (Socket client = connect()) {
                say(client, "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers.replace("|", "\r\n") + "\r\n\r\n");
                assertThat(readTo(client.getInputStream(), "\r\n\r\nok")).startsWith("HTTP/1.1 200 ");
            }
            assertThat(vm.heads)
                    .singleElement()
                    .satisfies(head -> assertThat(head.toLowerCase())
                            .doesNotContain("upgrade", "http2-settings", "transfer-encoding", "content-length"));
        }
    }
}
