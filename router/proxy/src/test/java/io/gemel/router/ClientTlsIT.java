package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.router.api.RouterClientTls;
import io.gemel.router.api.RouterClientTls.Auth;
import io.gemel.router.api.RouterClientTls.Named;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterTls;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who clients are by their certificates, and which one they are shown. Changes of both are taken while the router runs. */
final class ClientTlsIT {
    private static final String SPOOFED =
            "Client-Cert: :AAAA:\r\nclient_cert: :AAAA:\r\nX-Client-Cert-Subject: CN=root\r\n"
                    + "X_Client_Cert-Subject: CN=root\r\nX-Forwarded-Client-Cert: Subject=root\r\nSSL_CLIENT_S_DN: CN=root\r\n"
                    + "X-SSL-Client-CN: root\r\n";

    @TempDir
    static Path folder;

    private static TestKeys server;
    private static TestKeys shop;
    private static TestKeys alice;
    private static TestKeys bob;
    private static TestKeys stranger;
    private static TestBench bench;

    @BeforeAll
    static void start() throws Exception {
        server = TestKeys.make(folder, "EC", "dns:default.example,ip:127.0.0.1");
        shop = TestKeys.make(folder, "EC", "dns:shop.example,dns:*.shop.example");
        alice = TestKeys.make(folder, "EC", "dns:a", "CN=Alice \\\"A\\\", O=M\u00fcller\\, Inc");
        bob = TestKeys.make(folder, "RSA", "dns:b", "CN=bob");
        stranger = TestKeys.make(folder, "EC", "dns:s", "CN=stranger");
        bench = new TestBench(config -> TestConfig.changed(config, to -> {
            to.tls = server.tls();
            to.frontend = frontend(Auth.REQUEST, alice.certificate() + bob.certificate());
        }));
    }

    @BeforeEach
    void forget() throws Exception {
        bench.reload(config -> config.frontend = frontend(Auth.REQUEST, alice.certificate() + bob.certificate()));
        bench.vms().forEach(vm -> vm.heads.clear());
    }

    @AfterAll
    static void stop() {
        bench.close();
    }

    private static RouterFrontend frontend(Auth auth, String authorities, Named... named) {
        return frontend(new RouterClientTls(List.of(named), auth, authorities), List.of());
    }

    private static RouterFrontend frontend(RouterClientTls tls, List<String> trusted) {
        return TestFrontend.with(frontend -> {
            frontend.clientTls = tls;
            frontend.trustedProxies = trusted;
        });
    }

    /** @param host whom it asks for; null for nobody */
    private static SSLSocket connect(TestKeys expected, TestKeys own, String host) throws Exception {
        SSLSocket socket =
                (SSLSocket) expected.trusting(own).getSocketFactory().createSocket("127.0.0.1", bench.router.port());
        socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
        if (host != null) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            socket.setSSLParameters(parameters);
        }
        socket.startHandshake();
        return socket;
    }

    private static void write(SSLSocket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String all(SSLSocket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static String get(TestKeys own, String headers) throws Exception {
        try (SSLSocket socket = connect(server, own, null)) {
            write(socket, "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n");
            return all(socket);
        }
    }

    private static String post(TestKeys own, String key) throws Exception {
        try (SSLSocket socket = connect(server, own, null)) {
            write(
                    socket,
                    "POST /t HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\nIdempotency-Key: " + key
                            + "\r\n\r\n1");
            return all(socket);
        }
    }

    private static JsonObject head() {
        return bench.vms().stream().flatMap(vm -> vm.heads.stream()).findFirst().orElseThrow();
    }

    @Test
    void a_vm_learns_who_the_client_is_whatever_the_client_says() throws Exception {
        assertThat(get(alice, SPOOFED)).startsWith("HTTP/1.1 200");

        byte[] der = alice.x509().getEncoded();
        assertThat(head().fieldNames())
                .filteredOn(name -> name.contains("cert") || name.contains("ssl"))
                .containsExactlyInAnyOrder("client-cert", "x-client-cert-subject", "x-client-cert-fingerprint");
        assertThat(head().getString("client-cert"))
                .isEqualTo(":" + Base64.getEncoder().encodeToString(der) + ":");
        assertThat(head().getString("x-client-cert-subject")).isEqualTo("CN=Alice \\\"A\\\",O=M\\C3\\BCller\\, Inc");
        assertThat(head().getString("x-client-cert-fingerprint"))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(der)));
    }

    @Test
    void a_client_without_a_certificate_is_nobody_whatever_it_says() throws Exception {
        assertThat(get(null, SPOOFED)).startsWith("HTTP/1.1 200");

        assertThat(head().fieldNames()).noneMatch(name -> name.contains("cert") || name.contains("ssl"));
    }

    @Test
    void one_clients_key_is_not_anothers() throws Exception {
        assertThat(post(alice, "shared")).startsWith("HTTP/1.1 201").contains("executed");
        assertThat(post(alice, "shared")).startsWith("HTTP/1.1 201").contains("replayed");
        assertThat(post(bob, "shared")).startsWith("HTTP/1.1 422");
        assertThat(post(null, "shared")).startsWith("HTTP/1.1 422");
    }

    @Test
    void a_client_is_known_by_its_certificate_over_http2_as_well() throws Exception {
        HttpResponse<String> done = post2(alice);
        assertThat(done.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(done.statusCode()).isEqualTo(201);
        assertThat(head().getString("x-client-cert-subject")).startsWith("CN=Alice");
        assertThat(post2(bob).statusCode()).isEqualTo(422);
        assertThat(post2(alice).headers().firstValue("Gemel-Outcome")).contains("replayed");
    }

    private static HttpResponse<String> post2(TestKeys own) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(server.trusting(own))
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + bench.router.port() + "/t"))
                                .header("Idempotency-Key", "over http2")
                                .header("Client-Cert", ":AAAA:")
                                .POST(BodyPublishers.ofString("1"))
                                .build(),
                        BodyHandlers.ofString());
    }

    @Test
    void a_client_whose_certificate_was_renewed_is_the_same_one() throws Exception {
        TestKeys renewed = TestKeys.make(folder, "EC", "dns:b", "CN=bob");
        bench.reload(config -> config.frontend = frontend(Auth.REQUIRED, renewed.certificate() + bob.certificate()));
        assertThat(post(bob, "lasting")).startsWith("HTTP/1.1 201").contains("executed");

        assertThat(post(renewed, "lasting")).startsWith("HTTP/1.1 201").contains("replayed");
    }

    @Test
    void a_trusted_proxys_certificate_is_not_its_clients() throws Exception {
        RouterClientTls tls = new RouterClientTls(List.of(), Auth.REQUIRED, bob.certificate());
        bench.reload(config -> config.frontend = frontend(tls, List.of("127.0.0.1")));

        assertThat(get(bob, "")).startsWith("HTTP/1.1 200");
        assertThat(head().fieldNames()).noneMatch(name -> name.contains("cert"));
        bench.vms().forEach(vm -> vm.heads.clear());
        assertThat(get(bob, SPOOFED)).startsWith("HTTP/1.1 200");
        assertThat(head().getString("x-client-cert-subject"))
                .as("it is believed")
                .isEqualTo("CN=root");
        assertThat(head().getString("client-cert")).isEqualTo(":AAAA:");
    }

    @Test
    void a_stranger_has_no_connection_and_whoever_shows_nothing_has_none_where_that_is_required() throws Exception {
        assertThatThrownBy(() -> get(stranger, "")).isInstanceOf(IOException.class);
        assertThat(bench.reload(
                        config -> config.frontend = frontend(Auth.REQUIRED, alice.certificate() + bob.certificate())))
                .isEqualTo("1 applied: tls.client.auth");

        assertThatThrownBy(() -> get(null, "")).isInstanceOf(IOException.class);
        await().until(() -> bench.router.report().handshakesFailed() >= 2);
        assertThat(get(bob, "")).startsWith("HTTP/1.1 200");
        assertThat(bench.vms().stream().mapToInt(vm -> vm.heads.size()).sum()).isEqualTo(1);
    }

    @Test
    void who_is_let_in_no_longer_is_closed_and_the_others_stay() throws Exception {
        try (SSLSocket gone = connect(server, alice, null);
                SSLSocket stays = connect(server, bob, null)) {
            String request = "GET /large/5 HTTP/1.1\r\nHost: x\r\n\r\n";
            write(gone, request);
            assertThat(gone.getInputStream().readNBytes(15))
                    .startsWith("HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII));
            write(stays, request);
            assertThat(stays.getInputStream().readNBytes(15))
                    .startsWith("HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII));

            assertThat(bench.reload(config -> config.frontend = frontend(Auth.REQUEST, bob.certificate())))
                    .isEqualTo("1 applied: tls.client.authorities");

            all(gone); // ends, since it is closed
            await().until(() -> bench.router.report().connections() == 1);
            write(stays, "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(all(stays)).contains("HTTP/1.1 200");
            assertThatThrownBy(() -> get(alice, "")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_client_is_shown_the_certificate_of_the_host_that_it_asks_for() throws Exception {
        TestKeys rsa = TestKeys.make(folder, "RSA", "dns:pay.shop.example");
        assertThat(bench.reload(config -> config.frontend =
                        frontend(Auth.NONE, null, new Named("a", shop.tls()), new Named("pay", rsa.tls()))))
                .contains("tls.sni.a (new)", "tls.sni.pay (new)");

        for (int i = 0; i < 2 * RouterLimits.defaults().threads(); i++) {
            assertThat(shown(shop, "shop.example")).isEqualTo(shop.x509());
            assertThat(shown(shop, "SHOP.example")).isEqualTo(shop.x509());
            assertThat(shown(shop, "other.shop.example")).as("wildcard").isEqualTo(shop.x509());
            assertThat(shown(rsa, "pay.shop.example")).as("before the wildcard").isEqualTo(rsa.x509());
            for (String nobody : new String[] {"default.example", "a.b.shop.example", "example", "localhost", null}) {
                assertThat(shown(server, nobody)).as(nobody).isEqualTo(server.x509());
            }
        }
        assertThat(bench.reload(config -> config.frontend = frontend(Auth.NONE, null, new Named("a", rsa.tls()))))
                .contains("tls.sni.a.certificate", "tls.sni.pay (gone)");
        assertThat(shown(server, "shop.example")).isEqualTo(server.x509());
        assertThat(shown(rsa, "pay.shop.example")).isEqualTo(rsa.x509());
    }

    private static Object shown(TestKeys expected, String host) throws Exception {
        try (SSLSocket socket = connect(expected, null, host)) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void a_certificate_beside_the_first_must_name_a_host() throws Exception {
        TestKeys addressed = TestKeys.make(folder, "EC", "ip:127.0.0.1");
        assertThatThrownBy(() -> TestConfig.changed(
                        bench.told, to -> to.frontend = frontend(Auth.NONE, null, new Named("a", addressed.tls()))))
                .hasMessageContaining("tls.sni.a.certificate names no host");
    }

    @Test
    void settings_that_would_let_anybody_in_or_show_nothing_are_refused() {
        TestKeys nameless = bob;
        assertThatThrownBy(() -> TestConfig.changed(bench.told, to -> to.frontend = frontend(Auth.REQUIRED, null)))
                .hasMessageContaining("tls.client.auth=required needs tls.client.authorities");
        assertThatThrownBy(() ->
                        TestConfig.changed(bench.told, to -> to.frontend = frontend(Auth.NONE, nameless.certificate())))
                .hasMessageContaining("tls.client.authorities is set, but clients are not asked");
        assertThatThrownBy(() -> TestConfig.changed(bench.told, to -> {
                    to.tls = null;
                    to.frontend = frontend(Auth.REQUEST, bob.certificate(), new Named("a", shop.tls()));
                }))
                .hasMessageContaining("tls.client.auth=request needs https clients")
                .hasMessageContaining("tls.sni.a.certificate is not used");
        assertThatThrownBy(() -> TestConfig.changed(
                        bench.told,
                        to -> to.frontend = frontend(
                                Auth.NONE, null, new Named("a", new RouterTls(shop.certificate(), bob.key())))))
                .hasMessageContaining(
                        "tls.sni.a.key does not belong to the first certificate of tls.sni.a.certificate");
    }
}
