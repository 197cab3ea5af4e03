package io.gemel.router.http;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.http.Http2Wire.request;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.gemel.router.LogLines;
import io.gemel.router.TestBench;
import io.gemel.router.TestConfig;
import io.gemel.router.TestFrontend;
import io.gemel.router.TestKeys;
import io.gemel.router.TestLimits;
import io.gemel.router.TestVm;
import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterAccessLog.Format;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterProtocols;
import io.gemel.router.api.RouterTls;
import io.gemel.router.http.Http2Wire.Answer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a router does not take of clients that speak HTTP/2: it ends what it must, counts it, and writes one line. */
final class Http2RefusalsIT {
    private static final String ACCESS = "io.gemel.router.access";

    /** Of tests that change nothing. */
    private static TestBench shared;

    private TestBench bench;

    @BeforeAll
    static void share() throws RouterException {
        shared = bench(config -> {});
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

    private static TestBench bench(Consumer<TestConfig> change) throws RouterException {
        return new TestBench(config -> TestConfig.changed(config, changed -> {
            changed.times = TestBench.shortTimes(Duration.ofSeconds(40));
            changed.accessLog = new RouterAccessLog(Format.TEXT, List.of("status", "method", "path", "termination"));
            change.accept(changed);
        }));
    }

    private void startImpatient(RouterTls tls) throws RouterException {
        bench = bench(config -> {
            // The first handshakes of a JVM take their time.
            config.times = tls == null ? TestBench.impatient() : TestBench.impatient(Duration.ofSeconds(3));
            config.tls = tls;
        });
    }

    private Http2Wire connect() throws Exception {
        return new Http2Wire(port(bench));
    }

    private static int port(TestBench of) {
        return of.router.port();
    }

    /** The lines besides the last one, once that is written. */
    private static List<String> linesOf(LogLines log, String last) {
        await().until(() -> log.all().stream().anyMatch(line -> line.contains(last)));
        return log.all().stream().filter(line -> !line.contains(last)).toList();
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
    void is_refused_alone_and_has_one_line(String what, String status, String head) throws Exception {
        long malformed = shared.router.report().malformed();
        Answer answer;
        List<String> lines;
        try (LogLines log = new LogLines(ACCESS);
                Http2Wire wire = new Http2Wire(port(shared))) {
            String[] headers = head.replace("\\r", "\r")
                    .replace("\\n", "\n")
                    .replace("\\0", "\0")
                    .replace("\\1", "\1")
                    .split("\\|", -1);
            answer = wire.answer(wire.begin(!status.equals("413"), headers));
            assertThat(wire.ask(request("GET", "/beside")).status())
                    .as("another request")
                    .isEqualTo("200");
            lines = linesOf(log, "path=/beside");
        }
        assertThat(answer.status()).matches(status.equals("413") ? "413( RST 0)?" : status);
        assertThat(lines)
                .singleElement(as(STRING))
                .contains("status=" + (status.startsWith("RST") ? "0" : status))
                .endsWith("termination=PR");
        assertThat(shared.router.report().malformed() - malformed).isEqualTo(status.equals("404") ? 0 : 1);
        assertThat(shared.vms().stream().flatMap(vm -> vm.heads.stream()))
                .as("what VMs got")
                .allMatch(got -> got.getString(":target").equals("/beside"));
        assertThat(shared.vms()).allMatch(vm -> vm.drains.get() == 0);
    }

    @Test
    void targets_headers_and_bodies_have_the_limits_that_they_have_in_http_1_1() throws Exception {
        RouterLimits limits = TestLimits.ofRequests(RouterLimits.defaults(), 100_000, 4096, 100);
        bench = bench(config -> config.limits = limits);
        try (LogLines log = new LogLines(ACCESS);
                Http2Wire wire = connect()) {
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
            assertThat(linesOf(log, "path=/beside"))
                    .extracting(line -> line.replaceFirst("path=/a+", "path=/a"))
                    .containsExactly(
                            "status=414 method=GET path=/a termination=PR",
                            "status=431 method=GET path=/ termination=PR",
                            "status=431 method=- path=- termination=PR");
            assertThat(bench.router.report().malformed()).isEqualTo(3);

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
        long malformed = shared.router.report().malformed();
        List<String> lines;
        try (LogLines log = new LogLines(ACCESS);
                Http2Wire wire = new Http2Wire(port(shared))) {
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
            linesOf(log, "path=/stream/longer"); // once its VM has been left
            lines = linesOf(log, "path=/beside");
        }
        assertThat(lines)
                .containsExactlyInAnyOrder(
                        "status=0 method=POST path=/longer termination=PR",
                        "status=0 method=POST path=/shorter termination=PR",
                        "status=499 method=POST path=/stream/longer termination=CQ");
        assertThat(shared.router.report().malformed() - malformed).isEqualTo(3);
        assertThat(shared.vms().stream().flatMap(vm -> vm.heads.stream()))
                .allMatch(got -> got.getString(":target").equals("/beside"));
        await().until(() ->
                shared.router.report().inFlight() == 0 && shared.router.report().bodyBytes() == 0);
    }

    @Test
    void trailers_that_are_not_proper_end_their_request_only() throws Exception {
        List<String> lines;
        try (LogLines log = new LogLines(ACCESS);
                Http2Wire wire = new Http2Wire(port(shared))) {
            int kept = wire.begin(false, request("POST", "/beside", "idempotency-key=trailers"));
            int stream = wire.begin(false, request("POST", "/trailers"));
            wire.data(stream, "x", false);
            wire.write(
                    Http2Wire.HEADERS,
                    Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                    stream,
                    Http2Wire.block(":path=/hidden"));
            assertThat(wire.answer(stream).status()).isEqualTo("RST 1");
            wire.data(kept, "x", true);
            assertThat(wire.answer(kept).status()).isEqualTo("201");
            lines = linesOf(log, "path=/beside");
        }
        assertThat(lines).containsExactly("status=0 method=POST path=/trailers termination=PR");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "P, 408, cR",
        "PRI * HTT, 408, cR",
        "PRI * HTTP/2.0||SM|, 408, cR",
        "PRI * HTTP/2.0|SM|, 501, PR",
        "PRI * HTTP/2.0|||SM, 501, PR"
    })
    void a_preface_that_does_not_come_to_its_end_is_answered_as_http_1_1(String text, String status, String why)
            throws Exception {
        startImpatient(null);
        try (LogLines log = new LogLines(ACCESS);
                Socket socket = new Socket("127.0.0.1", port(bench))) {
            socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
            socket.getOutputStream().write(text.replace("|", "\r\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 " + status + " ");
            assertThat(log.all()).containsExactly("status=" + status + " method=- path=- termination=" + why);
        }
        assertThat(bench.router.report().malformed()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 20})
    void nor_does_it_have_more_time_behind_tls(int length, @TempDir Path folder) throws Exception {
        TestKeys keys = TestKeys.make(folder, "EC", "ip:127.0.0.1");
        startImpatient(keys.tls());
        try (LogLines log = new LogLines(ACCESS);
                SSLSocket socket =
                        (SSLSocket) keys.trusting().getSocketFactory().createSocket("127.0.0.1", port(bench))) {
            socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {Alpn.HTTP_2});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.getOutputStream().write(Http2Preface.TEXT.getBytes(StandardCharsets.US_ASCII), 0, length);
            socket.getInputStream().readAllBytes();
            await().until(() -> !log.all().isEmpty());
            assertThat(log.all()).containsExactly("status=408 method=- path=- termination=cR");
        }
        assertThat(bench.router.report().malformed()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"settings", "head", "frame"})
    void a_frame_that_does_not_come_to_its_end_ends_the_connection(String what) throws Exception {
        startImpatient(null);
        try (LogLines log = new LogLines(ACCESS);
                Http2Wire wire = connect()) {
            assertThat(wire.ask(request("GET", "/before")).status()).isEqualTo("200");
            switch (what) {
                case "settings" -> wire.socket.getOutputStream().write(new byte[] {0, 0, 6, 4, 0, 0, 0, 0, 0, 0});
                case "head" -> wire.write(Http2Wire.HEADERS, 0, 101, Http2Wire.block(request("GET", "/a")));
                default -> wire.socket.getOutputStream().write(new byte[] {0, 0, 8});
            }
            assertThat(wire.ends()).isTrue();
            assertThat(wire.goAway()).isZero();
            assertThat(log.all())
                    .filteredOn(line -> !line.contains("path=/before"))
                    .containsExactly("status=408 method=- path=- termination=cR");
        }
        assertThat(bench.router.report().malformed()).isEqualTo(1);
    }

    @Test
    void a_body_that_does_not_come_ends_its_own_request_only() throws Exception {
        startImpatient(null);
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        try (LogLines log = new LogLines(ACCESS);
                Http2Wire wire = connect()) {
            int kept = wire.begin(true, request("POST", "/a", "idempotency-key=kept"));
            int slow = wire.begin(false, request("POST", "/a", "idempotency-key=slow"));
            wire.data(slow, "1", false);
            assertThat(wire.answer(slow).status()).startsWith("408");
            assertThat(linesOf(log, "path=/a")).isEmpty();
            assertThat(log.all()).containsExactly("status=408 method=POST path=/a termination=cR");
            bench.vms().forEach(TestVm::release);
            assertThat(wire.answer(kept).status()).isEqualTo("201");
        }
        assertThat(bench.receipts("slow")).isZero();
        await().until(() ->
                bench.router.report().bodyBytes() == 0 && bench.router.report().inFlight() == 0);
    }

    @Test
    void more_requests_at_once_than_a_connection_may_have_are_refused_and_may_be_sent_again() throws Exception {
        bench = bench(config ->
                config.frontend = TestFrontend.with(frontend -> frontend.protocols = new RouterProtocols(true, 3, 0)));
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        try (LogLines log = new LogLines(ACCESS);
                Http2Wire wire = connect()) {
            wire.await(frame -> frame.type() == Http2Wire.SETTINGS && (frame.flags() & Http2Wire.ACK) != 0);
            List<Integer> held = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                held.add(wire.begin(true, request("POST", "/a", "idempotency-key=k" + i)));
            }
            assertThat(wire.ask(request("POST", "/a", "idempotency-key=beyond")).status())
                    .isEqualTo("RST 7");
            assertThat(log.all()).containsExactly("status=0 method=- path=- termination=RR");
            assertThat(bench.router.report().shed()).isEqualTo(1);
            assertThat(bench.router.report().malformed()).isZero();
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
}
