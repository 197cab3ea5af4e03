package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport.VmState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.Certificate;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are replaced while the router runs. */
final class ReloadTlsIT {
    @TempDir
    static Path folder;

    private static TestKeys first;
    private static TestKeys second;

    @BeforeAll
    static void make() throws Exception {
        first = TestKeys.make(folder, "EC", "ip:127.0.0.1");
        second = TestKeys.make(folder, "RSA", "ip:127.0.0.1");
    }

    @Test
    void new_connections_see_the_new_certificate_and_old_ones_live_on() throws Exception {
        try (TestBench bench = new TestBench(config -> TestBench.with(config, first.tls()));
                SSLSocket old = connect(bench, first)) {
            assertThat(get(old)).isEqualTo("HTTP/1.1 200 OK");
            assertThat(bench.reload(config -> config.tls = second.tls()))
                    .isEqualTo("2 applied: tls.certificate, tls.key");

            // More than there are event loops, so that each of them is met.
            for (int i = 0; i < 2 * RouterLimits.defaults().threads() + 2; i++) {
                try (SSLSocket fresh = connect(bench, second)) {
                    assertThat(shown(fresh)).isNotEqualTo(shown(old));
                    assertThat(get(fresh)).isEqualTo("HTTP/1.1 200 OK");
                }
            }
            assertThat(get(old)).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    @Test
    void a_certificate_neither_comes_nor_goes() throws Exception {
        try (TestBench bench = new TestBench(config -> TestBench.with(config, first.tls()))) {
            assertThat(bench.reload(config -> config.tls = null))
                    .contains("tls.certificate cannot be added or removed");
            try (SSLSocket socket = connect(bench, first)) {
                assertThat(get(socket)).isEqualTo("HTTP/1.1 200 OK");
            }
        }
        try (TestBench bench = new TestBench()) {
            assertThat(bench.reload(config -> config.tls = first.tls()))
                    .contains("tls.certificate cannot be added or removed");
            assertThat(bench.get("/a").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void authorities_change_for_the_next_connection_to_a_vm() throws Exception {
        try (TestBench bench = new TestBench();
                TestVm secure = new TestVm(bench.vertx, "e3", "east", "host-5", bench.east.ledger, first.tls())) {
            bench.reload(config -> {
                config.authorities = second.certificate();
                config.vms.add(secure.config());
            });
            await().until(() -> state(bench) == VmState.DEAD);

            assertThat(bench.reload(config -> config.authorities = second.certificate() + first.certificate()))
                    .isEqualTo("1 applied: tls.authorities");
            await().until(() -> state(bench) == VmState.ALIVE);
            bench.reload(config -> config.vms.removeIf(
                    vm -> !vm.name().equals("e3") && vm.site().name().equals("east")));
            assertThat(bench.post("/a", "k1", "1").get().body()).startsWith("done by e3");
        }
    }

    private static VmState state(TestBench bench) {
        return bench.router.report().vms().stream()
                .filter(vm -> vm.name().equals("e3"))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private static SSLSocket connect(TestBench bench, TestKeys trusted) throws Exception {
        SSLSocket socket =
                (SSLSocket) trusted.trusting().getSocketFactory().createSocket("127.0.0.1", bench.router.port());
        socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
        socket.startHandshake();
        return socket;
    }

    private static Certificate shown(SSLSocket socket) throws IOException {
        return socket.getSession().getPeerCertificates()[0];
    }

    /** The first line of the answer; what follows is read, too. */
    private static String get(Socket socket) throws IOException {
        socket.getOutputStream().write("GET /a HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        String first = in.readLine();
        int length = 0;
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            if (line.toLowerCase().startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
            }
        }
        assertThat(in.skip(length)).isEqualTo(length);
        return first;
    }
}
