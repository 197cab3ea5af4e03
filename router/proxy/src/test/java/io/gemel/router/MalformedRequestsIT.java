package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is not proper HTTP is refused, its connection closed, and no VM hears of it. */
final class MalformedRequestsIT {
    private static final String POST = "POST /a HTTP/1.1|Host: x|";
    private static TestBench bench;

    /** Waits for nobody's head or body; a busy machine may keep any request from coming in time. */
    private static TestBench impatient;

    @BeforeAll
    static void start() throws RouterException {
        bench = new TestBench(config ->
                TestBench.with(config, TestBench.shortTimes(Duration.ofSeconds(40)), RouterLimits.defaults()));
        impatient = new TestBench(config -> TestBench.with(config, TestBench.impatient(), RouterLimits.defaults()));
    }

    @AfterAll
    static void stop() {
        bench.close();
        impatient.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "both lengths ~ 400 ~ Content-Length: 6|Transfer-Encoding: chunked||0||X",
                "both lengths the other way ~ 400 ~ Transfer-Encoding: chunked|Content-Length: 6||0||X",
                "two lengths ~ 400 ~ Content-Length: 2|Content-Length: 3||hix",
                "the same length twice ~ 400 ~ Content-Length: 2|Content-Length: 2||hi",
                "a list of lengths ~ 400 ~ Content-Length: 2, 2||hi",
                "a signed length ~ 400 ~ Content-Length: +2||hi",
                "a negative length ~ 400 ~ Content-Length: -2||hi",
                "an unknown coding ~ 400 ~ Transfer-Encoding: xchunked||0||",
                "chunked and another coding behind it ~ 400 ~ Transfer-Encoding: chunked, identity||0||",
                "another coding before chunked ~ 501 ~ Transfer-Encoding: gzip, chunked||0||",
                "a blank before the colon ~ 400 ~ Transfer-Encoding : chunked||0||",
                "a folded header ~ 400 ~ Foo: y| z|Content-Length: 2||hi",
                "a header folded with a tab ~ 400 ~ Foo: y|\tz|Content-Length: 2||hi",
                "a header without a colon ~ 400 ~ foo||",
                "a header without a name ~ 400 ~ : b||",
                "a blank in a header's name ~ 400 ~ Fo o: b||",
                "a second Host ~ 400 ~ Host: y||",
                "a Host with a path ~ 400 ~ Host: a/b||",
                "two keys ~ 400 ~ Idempotency-Key: a|Idempotency-Key: b||",
                "an empty key ~ 400 ~ Idempotency-Key:  ||",
                "a durability that there is not ~ 400 ~ Gemel-Durability: eternal||",
                "a chunk that ends with a bare line feed ~ 400 ~ Transfer-Encoding: chunked||2\\nhi|0||",
                "a negative chunk ~ 400 ~ Transfer-Encoding: chunked||-2|hi|0||",
                "a chunk size with a prefix ~ 400 ~ Transfer-Encoding: chunked||0x2|hi|0||",
                "a chunk longer than its size ~ 400 ~ Transfer-Encoding: chunked||2|hiXX0||",
                "a chunk size beyond all bounds ~ 400 ~ Transfer-Encoding: chunked||FFFFFFFFFFFFFFFF2|hi|0||",
                "a body that is too large ~ 413 ~ Content-Length: 1048577||hi",
            })
    void is_refused(String what, int status, String rest) throws IOException {
        assertRefused(POST + rest, status);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "no Host ~ 400 ~ GET / HTTP/1.1||",
                "another version ~ 501 ~ GET / HTTP/9.9|Host: x||",
                "HTTP/2 of a kind ~ 501 ~ PRI * HTTP/2.0||XX||",
                "a blank in the target ~ 400 ~ GET /a b HTTP/1.1|Host: x||",
                "a target without a slash ~ 400 ~ GET a HTTP/1.1|Host: x||",
                "a bad escape ~ 400 ~ GET /%zz HTTP/1.1|Host: x||",
                "an escaped NUL ~ 400 ~ GET /%00 HTTP/1.1|Host: x||",
                "CONNECT ~ 400 ~ CONNECT a:80 HTTP/1.1|Host: x||",
                "TRACE ~ 501 ~ TRACE / HTTP/1.1|Host: x||",
                "a method in small letters ~ 501 ~ get / HTTP/1.1|Host: x||",
                "bare line feeds ~ 400 ~ POST /a HTTP/1.1\\nHost: x\\nContent-Length: 2\\n\\nhi",
                "chunked with HTTP/1.0 ~ 400 ~ POST /a HTTP/1.0|Host: x|Transfer-Encoding: chunked||0||",
            })
    void is_refused_too(String what, int status, String request) throws IOException {
        assertRefused(request, status);
    }

    private static void assertRefused(String request, int status) throws IOException {
        long before = received();
        String answer = talk(request.replace("|", "\r\n").replace("\\n", "\n").replace("\\t", "\t"));

        assertThat(answer).matches("(?s)HTTP/\\d\\.\\d " + status + " .*").endsWith("<closed>");
        assertThat(answer.split("HTTP/\\d", -1)).as("answers in " + answer).hasSize(2);
        assertThat(received()).isEqualTo(before);
    }

    @Test
    void a_request_hidden_behind_a_refused_one_is_not_run() throws IOException {
        long before = received();
        String answer = talk(("GET / HTTP/1.1|Host: x|Content-Length: 0|Transfer-Encoding: chunked||"
                        + "GET /hidden HTTP/1.1|Host: x||")
                .replace("|", "\r\n"));

        assertThat(answer).contains(" 400 ").endsWith("<closed>");
        assertThat(received()).isEqualTo(before);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '~',
            value = {"GET / HTTP/1.1|Host: x|F: ~ 431", "GET / ~ 414", "GET / HTTP/1.1|F: y| z ~ 400"})
    void an_answer_to_what_is_refused_arrives_whatever_else_the_client_sends(String begin, int status)
            throws IOException {
        assertRefused(begin + "a".repeat(400_000) + "||", status);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '~',
            value = {"a folded head ~ GET / HTTP/1.1|F: y| z||", "no head ~ GET||"})
    void a_refusal_does_not_pass_for_the_answer_to_an_earlier_request(String what, String refused) throws IOException {
        long before = received();
        long malformed = bench.router.report().malformed();
        bench.vms().forEach(vm -> vm.manner = TestVm.Manner.KEEP);
        try (Socket socket = connect()) {
            write(socket, POST + "Content-Length: 0||");
            await().until(() -> received() > before);
            write(socket, refused);
            await().until(() -> bench.router.report().malformed() > malformed);
            bench.vms().forEach(TestVm::release);

            assertThat(read(socket)).matches("(?s)HTTP/1.1 201 .*HTTP/1.1 400 .*<closed>");
        } finally {
            bench.vms().forEach(vm -> vm.manner = TestVm.Manner.ANSWER);
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.replace("|", "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '~',
            value = {
                "of a request that is refused ~ GET / HTTP/1.1|Host: x|Host: y|| ~ 400",
                "of a request that is its client's last ~ GET /a HTTP/1.1|Host: x|Connection: close|| ~ 200"
            })
    void nor_is_an_answer_lost_by_what_comes_behind(String what, String request, int status) throws IOException {
        String answer = talk(request.replace("|", "\r\n") + "a".repeat(4_000_000));

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").endsWith("<closed>");
    }

    @Test
    void a_first_line_and_headers_that_are_too_long_are_refused() throws IOException {
        assertRefused("GET /" + "a".repeat(9000) + " HTTP/1.1|Host: x||", 414);
        assertRefused("GET / HTTP/1.1|Host: x|F: " + "a".repeat(17_000) + "||", 431);
    }

    @Test
    void chunks_that_grow_too_large_are_refused() throws IOException {
        assertRefused(POST + "Transfer-Encoding: chunked||110000|" + "a".repeat(0x110000) + "|0||", 413);
    }

    @Test
    void headers_that_come_too_slowly_are_refused() throws Exception {
        try (Socket socket = connect(impatient)) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\nF".getBytes(StandardCharsets.US_ASCII));

            assertThat(read(socket)).startsWith("HTTP/1.1 408 ").endsWith("<closed>");
        }
    }

    @Test
    void a_body_that_comes_too_slowly_is_refused() throws Exception {
        try (Socket socket = connect(impatient)) {
            socket.getOutputStream()
                    .write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhi"
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(read(socket)).startsWith("HTTP/1.1 408 ").endsWith("<closed>");
        }
        assertThat(impatient.vms()).allMatch(vm -> vm.received.isEmpty());
        await().until(() -> impatient.router.report().bodyBytes() == 0
                && impatient.router.report().inFlight() == 0);
    }

    @Test
    void a_thousand_idle_connections_keep_nobody_out() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                idle.add(connect());
            }
            for (int i = 0; i < 20; i++) {
                assertThat(bench.post("/a", "idle-" + i, "x").get().statusCode())
                        .isEqualTo(201);
            }
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
        await().until(() -> bench.router.report().connections() < 50);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "/gemel/drain",
        "/gemel/heartbeat",
        "/GEMEL/drain",
        "//gemel/drain",
        "/./gemel/drain",
        "/a/../gemel/drain",
        "/%67emel/drain",
        "/gemel;x=1/drain",
        "/gemel%2fdrain",
        "/gemel",
        "/gemel/outcome/a/../../drain"
    })
    void paths_between_routers_and_vms_are_not_for_clients(String path) throws IOException {
        long before = received();
        String answer = talk("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

        assertThat(answer).contains(" 404 ");
        assertThat(received()).isEqualTo(before);
        assertThat(bench.vms()).allMatch(vm -> vm.drains.get() == 0);
    }

    private static long received() {
        return bench.vms().stream().mapToLong(vm -> vm.received.size()).sum();
    }

    private static Socket connect() throws IOException {
        return connect(bench);
    }

    private static Socket connect(TestBench to) throws IOException {
        Socket socket = new Socket("127.0.0.1", to.router.port());
        socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
        return socket;
    }

    private static String talk(String request) throws IOException {
        try (Socket socket = connect()) {
            Thread writer = new Thread(() -> {
                try {
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    // It was closed meanwhile, which is what is looked at.
                }
            });
            writer.start();
            return read(socket);
        }
    }

    private static String read(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
        }
        return text.append("<closed>").toString();
    }
}
