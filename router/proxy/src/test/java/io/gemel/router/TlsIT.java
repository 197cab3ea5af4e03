package io.gemel.router;

import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.router.api.RouterLimits;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients come by https: what a router with a certificate takes, and what it does not. */
final class TlsIT {
    private static final int TLS_1_1 = 0x0302;
    private static final int TLS_1_2 = 0x0303;
    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;
    private static final int PROTOCOL_VERSION = 70;

    @TempDir
    static Path folder;

    private static TestKeys keys;
    private static TestBench bench;
    private static HttpClient client;

    @BeforeAll
    static void start() throws Exception {
        keys = TestKeys.make(folder, "EC", "ip:127.0.0.1");
        bench = new TestBench(config -> TestBench.with(config, keys.tls()));
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(keys.trusting())
                .build();
    }

    @AfterAll
    static void stop() {
        bench.close();
    }

    @Test
    void a_client_that_trusts_the_certificate_is_served_and_the_vm_learns_that_it_came_by_https() throws Exception {
        HttpResponse<String> answer = post("trusting");

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(header(answer, "Gemel-Outcome")).isEqualTo("executed");
        TestVm vm = bench.vms().stream()
                .filter(each -> each.received.contains("trusting"))
                .findFirst()
                .orElseThrow();
        assertThat(vm.heads.get(vm.received.indexOf("trusting")).getString("x-forwarded-proto"))
                .isEqualTo("https");
        assertThat(vm.heads.get(vm.received.indexOf("trusting")).getString("forwarded"))
                .endsWith(";proto=https");
    }

    @Test
    void a_client_that_does_not_trust_the_certificate_sends_nothing() {
        HttpClient careful = HttpClient.newHttpClient();

        assertThatThrownBy(() -> careful.send(request("careful"), BodyHandlers.ofString()))
                .isInstanceOf(SSLHandshakeException.class);
        assertThat(bench.receipts("careful")).isZero();
    }

    @Test
    void a_router_with_an_rsa_certificate_serves_as_well() throws Exception {
        TestKeys rsa = TestKeys.make(folder, "RSA", "ip:127.0.0.1");
        try (TestBench other = new TestBench(config -> TestBench.with(config, rsa.tls()))) {
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .sslContext(rsa.trusting())
                    .build()
                    .send(
                            HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + other.router.port() + "/a"))
                                    .build(),
                            BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.version()).as("what both prefer").isEqualTo(HttpClient.Version.HTTP_2);
        }
    }

    @Test
    void plain_http_gets_no_answer_and_harms_nobody() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Socket socket = connect()) {
                socket.getOutputStream()
                        .write("POST /a HTTP/1.1\r\nHost: x\r\nIdempotency-Key: plain\r\nContent-Length: 0\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                        .doesNotContain("HTTP");
            }
        }
        assertThat(bench.receipts("plain")).isZero();
        assertThat(post("beside plain").statusCode()).isEqualTo(201);
    }

    @Test
    void a_connection_without_a_handshake_is_not_counted_and_is_closed_in_time() throws Exception {
        try (TestBench other = new TestBench(config -> TestBench.with(
                        TestBench.with(config, keys.tls()), TestBench.impatient(), RouterLimits.defaults()));
                Socket silent = new Socket("127.0.0.1", other.router.port())) {
            silent.setSoTimeout((int) TestBench.LIMIT.toMillis());

            assertThat(other.router.report().connections()).isZero();
            assertThat(silent.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void a_client_of_an_old_protocol_is_refused() throws Exception {
        assertThat(answerTo(TLS_1_2))
                .as("the same greeting in a protocol that is spoken")
                .startsWith(HANDSHAKE);

        assertThat(answerTo(TLS_1_1)).startsWith(ALERT).endsWith(PROTOCOL_VERSION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nPOST /hidden HTTP/1.1\r\nHost: x\r\n\r\n",
                "Foo: y\r\n Content-Length: 30\r\n\r\nPOST /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
            })
    void a_request_that_hides_another_one_is_refused_behind_tls_too(String rest) throws Exception {
        long before = received();
        try (Socket socket = keys.trusting().getSocketFactory().createSocket("127.0.0.1", bench.router.port())) {
            socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
            socket.getOutputStream()
                    .write(("POST /a HTTP/1.1\r\nHost: x\r\n" + rest).getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer).startsWith("HTTP/1.1 400 ");
            assertThat(answer.split("HTTP/1.1", -1)).as("answers in " + answer).hasSize(2);
        }
        assertThat(received()).isEqualTo(before);
    }

    private static long received() {
        return bench.vms().stream().mapToLong(vm -> vm.received.size()).sum();
    }

    private static HttpRequest request(String key) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + bench.router.port() + "/transfers"))
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString("1"))
                .build();
    }

    private static HttpResponse<String> post(String key) throws Exception {
        return client.send(request(key), BodyHandlers.ofString());
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", bench.router.port());
        socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
        return socket;
    }

    /** The first record that comes back to a greeting: its type, its version, its length, and what is in it. */
    private static int[] answerTo(int version) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(greeting(version));
            byte[] head = socket.getInputStream().readNBytes(5);
            byte[] content = socket.getInputStream().readNBytes(((head[3] & 0xff) << 8) + (head[4] & 0xff));
            int[] all = new int[head.length + content.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = (i < head.length ? head[i] : content[i - head.length]) & 0xff;
            }
            return all;
        }
    }

    /** A client's first message, written by hand, since this JVM no longer speaks the old protocols. */
    private static byte[] greeting(int version) throws IOException {
        ByteArrayOutputStream hello = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(hello);
        out.writeShort(version);
        out.write(new byte[32]); // random
        out.writeByte(0); // no session
        shorts(out, 0xc02b, 0xc009); // ECDHE-ECDSA with AES 128, GCM for 1.2 and CBC for what was before
        out.writeByte(1); // compression: none
        out.writeByte(0);
        ByteArrayOutputStream extensions = new ByteArrayOutputStream();
        extension(extensions, 10, 0x0017); // curve: secp256r1
        extension(extensions, 13, 0x0403); // signature: ECDSA with SHA-256
        out.writeShort(extensions.size());
        extensions.writeTo(out);

        ByteArrayOutputStream record = new ByteArrayOutputStream();
        DataOutputStream all = new DataOutputStream(record);
        all.writeByte(HANDSHAKE);
        all.writeShort(0x0301);
        all.writeShort(hello.size() + 4);
        all.writeInt((1 << 24) | hello.size()); // a client's hello
        hello.writeTo(all);
        return record.toByteArray();
    }

    private static void extension(ByteArrayOutputStream to, int type, int value) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        out.writeShort(type);
        out.writeShort(4);
        shorts(out, value);
    }

    private static void shorts(DataOutputStream out, int... values) throws IOException {
        out.writeShort(2 * values.length);
        for (int value : values) {
            out.writeShort(value);
        }
    }
}
