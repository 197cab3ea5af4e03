package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterReport.VmState;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routers behind a real HAProxy. */
final class BehindHaProxyIT {
    private static final Path PROGRAM = Path.of("/usr/sbin/haproxy");

    /** Another address of this machine's than the one from which HAProxy calls, so that the two can be told apart. */
    private static final String CLIENT = "127.0.0.77";

    @TempDir
    Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private TestBench bench;
    private Process haproxy;
    private int port;

    @BeforeEach
    void look() {
        assumeTrue(
                Files.isExecutable(PROGRAM),
                "HAProxy is not installed, so nothing is tried behind it:"
                        + " apt-get install -y --no-install-recommends haproxy");
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (haproxy != null) {
            haproxy.destroyForcibly();
            assertThat(haproxy.waitFor(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        if (bench != null) {
            bench.close();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    /** @param servers lines of its backend */
    private void startHaProxy(String bind, String... servers) throws Exception {
        port = freePort();
        Path file = folder.resolve("haproxy.cfg");
        Files.writeString(file, """
                defaults
                  mode http
                  retries 0
                  timeout connect 5s
                  timeout client 30s
                  timeout server 30s
                frontend clients
                  bind 127.0.0.1:%d%s
                  default_backend routers
                backend routers
                  %s
                """.formatted(port, bind, String.join("\n  ", servers)));
        haproxy = new ProcessBuilder(PROGRAM.toString(), "-db", "-f", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("haproxy.log").toFile())
                .start();
        await().until(() -> {
            assertThat(haproxy.isAlive())
                    .as(() -> {
                        try {
                            return Files.readString(folder.resolve("haproxy.log"));
                        } catch (IOException e) {
                            return e.toString();
                        }
                    })
                    .isTrue();
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    private JsonObject head() {
        return bench.vms().stream().flatMap(vm -> vm.heads.stream()).findFirst().orElseThrow();
    }

    /** The first line of the answer to a request that comes from another address. */
    private String ask() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port, InetAddress.getByName(CLIENT), 0)) {
            socket.getOutputStream()
                    .write("GET /x HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }

    @Test
    void both_versions_of_its_proxy_protocol_tell_vms_the_clients_address() throws Exception {
        bench = new TestBench(config -> TestBench.with(config, TestFrontend.behindProxy()));
        for (String version : new String[] {"send-proxy", "send-proxy-v2"}) {
            startHaProxy("", "server r1 127.0.0.1:" + bench.router.port() + " " + version);
            bench.vms().forEach(vm -> vm.heads.clear());

            assertThat(ask()).as(version).isEqualTo("HTTP/1.1 200 OK");
            assertThat(head().getString("x-forwarded-for")).as(version).isEqualTo(CLIENT);
            assertThat(head().getString("host")).isEqualTo("shop.example");
            haproxy.destroyForcibly().waitFor();
        }
    }

    @Test
    void what_a_trusted_haproxy_says_of_its_clients_is_believed() throws Exception {
        bench = new TestBench(config -> TestBench.with(config, TestFrontend.trusting("127.0.0.1")));
        startHaProxy(
                "",
                "option forwardfor",
                "http-request set-header X-Forwarded-Proto https",
                "server r1 127.0.0.1:" + bench.router.port());

        assertThat(ask()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(head().getString("x-forwarded-for")).isEqualTo(CLIENT + ", 127.0.0.1");
        assertThat(head().getString("x-forwarded-proto")).isEqualTo("https");
    }

    @Test
    void no_request_fails_while_one_of_two_routers_is_restarted() throws Exception {
        bench = new TestBench();
        int listen = freePort();
        int admin = freePort();
        Router second = second(listen, admin);
        startHaProxy(
                "",
                "option httpchk GET /ready",
                check("r1", bench.router.port(), bench.router.adminPort()),
                check("r2", listen, admin));
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        List<String> failures = new CopyOnWriteArrayList<>();
        Thread load = new Thread(() -> {
            while (!over.get()) {
                String failure = failure("k" + done.incrementAndGet());
                if (failure != null) {
                    failures.add(failure);
                }
            }
        });
        load.start();
        await().until(() -> done.get() > 50);
        second.leave();
        // HAProxy looks every 50 ms, and twice before it sends nobody there: then nothing more comes.
        long[] seen = {-1};
        await().pollInterval(Duration.ofMillis(300)).until(() -> {
            long before = seen[0];
            seen[0] = second.report().requests();
            return seen[0] == before;
        });
        second.close();
        int without = done.get();
        await().until(() -> done.get() > without + 50);
        try (Router again = second(listen, admin)) {
            await().until(() -> again.report().requests() > 20);
            over.set(true);
            load.join();
        }
        assertThat(failures).isEmpty();
        assertThat(bench.router.report().requests()).isPositive();
    }

    /** Null when it is done. */
    private String failure(String key) {
        try {
            int status = post(key).statusCode();
            return status == 201 ? null : key + ": " + status;
        } catch (IOException | InterruptedException e) {
            return key + ": " + e;
        }
    }

    private static String check(String name, int port, int admin) {
        return "server " + name + " 127.0.0.1:" + port + " check port " + admin + " inter 50ms fall 2 rise 2";
    }

    private Router second(int listen, int admin) throws Exception {
        RouterConfig config = TestConfig.changed(bench.told, to -> {
            to.name = "east-2";
            to.listen = new RouterConfig.Address("127.0.0.1", listen);
            to.admin = new RouterConfig.Address("127.0.0.1", admin);
        });
        Router router = new Router(config, InstantSource.system(), new SecureRandom());
        router.start();
        await().until(() -> router.report().vms().stream().allMatch(vm -> vm.state() == VmState.ALIVE));
        return router;
    }

    private HttpResponse<String> post(String key) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/t"))
                        .header("Idempotency-Key", key)
                        .timeout(Duration.ofSeconds(30))
                        .POST(BodyPublishers.ofString("1"))
                        .build(),
                BodyHandlers.ofString());
    }
}
