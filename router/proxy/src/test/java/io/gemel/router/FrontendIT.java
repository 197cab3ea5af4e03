package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterFrontend;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stands between clients and the router, as VMs see it. */
final class FrontendIT {
    private static final String REQUEST = "GET /x HTTP/1.1\r\nHost: shop.example:8443\r\nConnection: close\r\n\r\n";

    /** Signature; version 2, PROXY; TCP over IPv4; 12 bytes: 192.0.2.7 to 192.0.2.8, ports 4711 and 80. */
    private static final String PROXY_V2 = "0d0a0d0a000d0a515549540a" + "2111000c" + "c0000207c000020812670050";

    private TestBench bench;

    @AfterEach
    void stop() {
        bench.close();
    }

    private void start(RouterFrontend frontend) throws RouterException {
        bench = new TestBench(config -> TestBench.with(config, frontend));
    }

    private JsonObject head() {
        await().until(() -> bench.vms().stream().anyMatch(vm -> !vm.heads.isEmpty()));
        return bench.vms().stream().flatMap(vm -> vm.heads.stream()).findFirst().orElseThrow();
    }

    private String send(byte[] bytes) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", bench.router.port())) {
            socket.getOutputStream().write(bytes);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static byte[] bytes(byte[] first, String then) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(first);
        all.write(then.getBytes(StandardCharsets.ISO_8859_1));
        return all.toByteArray();
    }

    @Test
    void a_vm_sees_the_clients_host_and_where_it_came_from() throws Exception {
        start(RouterFrontend.defaults());
        String spoofed =
                "GET /x HTTP/1.1\r\nHost: shop.example:8443\r\nX-Forwarded-For: 9.9.9.9\r\nX-Real-IP: 9.9.9.9\r\n"
                        + "X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n";
        assertThat(send(spoofed.getBytes(StandardCharsets.ISO_8859_1))).startsWith("HTTP/1.1 200");

        JsonObject head = head();
        assertThat(head.getString("host")).isEqualTo("shop.example:8443");
        assertThat(head.getString("x-forwarded-host")).isEqualTo("shop.example:8443");
        assertThat(head.getString("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(head.getString("x-forwarded-proto")).isEqualTo("http");
        assertThat(head.containsKey("x-real-ip")).isFalse();
    }

    @Test
    void without_host_preserve_it_sees_its_own_address() throws Exception {
        start(TestFrontend.with(frontend -> frontend.hostPreserve = false));
        assertThat(send(REQUEST.getBytes(StandardCharsets.ISO_8859_1))).startsWith("HTTP/1.1 200");

        assertThat(head().getString("host")).startsWith("127.0.0.1:");
    }

    @Test
    void a_trusted_proxy_is_believed_and_named() throws Exception {
        start(TestFrontend.trusting("::1", "127.0.0.0/8"));
        bench.client.send(
                bench.request("/x")
                        .header("X-Forwarded-For", "192.0.2.7")
                        .header("X-Forwarded-Proto", "https")
                        .header("X-Forwarded-Prefix", "/app")
                        .header("Forwarded", "for=192.0.2.7")
                        .build(),
                BodyHandlers.ofString());

        JsonObject head = head();
        assertThat(head.getString("x-forwarded-for")).isEqualTo("192.0.2.7, 127.0.0.1");
        assertThat(head.getString("x-forwarded-proto")).isEqualTo("https");
        assertThat(head.getString("x-forwarded-prefix")).isEqualTo("/app");
        assertThat(head.getString("forwarded")).startsWith("for=192.0.2.7, for=127.0.0.1;host=");
    }

    @Test
    void both_versions_of_the_proxy_protocol_tell_the_clients_address() throws Exception {
        start(TestFrontend.behindProxy());
        byte[] v1 = "PROXY TCP4 192.0.2.7 192.0.2.8 4711 80\r\n".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(send(bytes(v1, REQUEST))).startsWith("HTTP/1.1 200");
        assertThat(head().getString("x-forwarded-for")).isEqualTo("192.0.2.7");

        bench.vms().forEach(vm -> vm.heads.clear());
        assertThat(send(bytes(HexFormat.of().parseHex(PROXY_V2), REQUEST))).startsWith("HTTP/1.1 200");
        assertThat(head().getString("x-forwarded-for")).isEqualTo("192.0.2.7");
    }

    @Test
    void a_connection_without_the_head_that_is_demanded_is_closed() throws Exception {
        start(TestFrontend.behindProxy());
        assertThat(send(REQUEST.getBytes(StandardCharsets.ISO_8859_1))).doesNotContain("200");
        assertThat(bench.vms()).allMatch(vm -> vm.heads.isEmpty());
    }
}
