package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.Durability;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfigException;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterSource;
import io.gemel.router.api.RouterTimes;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything but VMs and certificates that changes while the router runs, and what does not. */
final class ReloadSettingsIT {
    private static final RouterLimits LIMITS = RouterLimits.defaults();

    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench();
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void routes_and_durability_change_for_the_next_request() throws Exception {
        assertThat(header(bench.post("/a", "k1", "1").get(), "Gemel-Durability"))
                .isEqualTo("local");
        assertThat(bench.reload(config -> config.routes.add(new Route("/a", Durability.SHIPPED, true))))
                .isEqualTo("1 applied: route./a (new)");
        assertThat(header(bench.post("/a", "k2", "1").get(), "Gemel-Durability"))
                .isEqualTo("shipped");

        bench.reload(config -> {
            config.routes = List.of();
            config.durability = Durability.APPLIED;
        });
        assertThat(header(bench.post("/a", "k3", "1").get(), "Gemel-Durability"))
                .isEqualTo("applied");
        assertThat(bench.admin("GET", "/metrics").body())
                .as("series of a route that is gone")
                .doesNotContain("route=\"/a\"");
    }

    @Test
    void tokens_change_for_the_next_request() throws Exception {
        bench.reload(config -> config.adminToken = "other");

        assertThat(bench.admin("POST", "/drain?vm=e1").statusCode()).isEqualTo(401);
        assertThat(close("admin").statusCode()).isEqualTo(403);
        assertThat(close("other").statusCode()).isEqualTo(200);

        bench.east.token = "fresh";
        await().until(() -> site("east").reason().contains("site.east.token"));
        bench.reload(config -> config.sites = config.sites.stream()
                .map(site -> new RouterConfig.Site(site.name(), site.status(), "fresh"))
                .toList());
        await().until(() -> site("east").reason().isEmpty());
    }

    private RouterReport.Site site(String name) {
        return bench.router.report().sites().stream()
                .filter(site -> site.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private HttpResponse<String> close(String token) throws Exception {
        return bench.client.send(
                bench.request("/gemel/outcome/k9")
                        .header("Authorization", "Bearer " + token)
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void limits_change_for_the_next_request_and_heads_of_the_next_connection() throws Exception {
        bench.reload(config -> config.limits = TestLimits.ofRequests(LIMITS, 1024, 1024, 4096));

        assertThat(bench.post("/a", "k1", "x".repeat(2000)).get().statusCode()).isEqualTo(413);
        assertThat(bench.post("/a", "k2", "x".repeat(1000)).get().statusCode()).isEqualTo(201);
        String head = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ";
        assertThat(answer(head + "y".repeat(900) + "\r\n\r\n")).startsWith("HTTP/1.1 200");
        assertThat(answer(head + "y".repeat(3000) + "\r\n\r\n")).startsWith("HTTP/1.1 431");

        bench.reload(config -> config.limits = TestLimits.ofRequests(LIMITS, 1024, 32 << 10, 4096));
        assertThat(answer(head + "y".repeat(6 << 10) + "\r\n\r\n")).startsWith("HTTP/1.1 200");
    }

    @Test
    void a_body_that_is_on_its_way_is_taken_by_the_limit_that_its_head_met() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", bench.router.port())) {
            write(
                    socket,
                    "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3000\r\n\r\n"
                            + "x".repeat(10));
            await().until(() -> bench.router.report().inFlight() == 1);
            bench.reload(config -> config.limits = TestLimits.ofRequests(LIMITS, 1024, 16 << 10, 4096));
            write(socket, "x".repeat(2990));

            assertThat(all(socket)).startsWith("HTTP/1.1 201");
        }
    }

    @Test
    void connections_that_are_open_may_be_idle_for_longer_when_that_is_said() throws Exception {
        Duration brief = Duration.ofMillis(1500);
        bench.close();
        bench = new TestBench(usual -> TestConfig.changed(usual, config -> {
            config.routes = List.of();
            config.times = idle(config.times, brief, Duration.ofMillis(500));
        }));
        try (Socket kept = new Socket("127.0.0.1", bench.router.port())) {
            write(kept, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(new String(kept.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200");
            bench.reload(config -> config.times = idle(config.times, Duration.ofMinutes(1), Duration.ofMillis(500)));
            Thread.sleep(2 * brief.toMillis());
            write(kept, "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

            assertThat(all(kept)).contains("HTTP/1.1 200");
        }
        bench.reload(config -> config.times = idle(config.times, brief, Duration.ofMillis(500)));
        try (Socket idle = new Socket("127.0.0.1", bench.router.port())) {
            assertThat(all(idle)).as("closed by the router").isEmpty();
        }
    }

    private static RouterTimes idle(RouterTimes usual, Duration idle, Duration others) {
        return TestTimes.changed(usual, times -> {
            times.requestTimeout = others;
            times.idleTimeout = idle;
            times.durabilityTimeout = others;
        });
    }

    @Test
    void verdicts_go_by_the_times_of_the_moment() throws Exception {
        bench.reload(config -> config.times = TestBench.withoutVerdictOnSites());
        bench.e1.kill();
        bench.e2.kill();
        bench.east.database = "down";
        await().until(() -> site("east").state() == RouterReport.SiteState.PENDING);
        Thread.sleep(2 * TestBench.TIMES.verdictSiteDown().toMillis());
        assertThat(site("east").state()).isEqualTo(RouterReport.SiteState.PENDING);

        bench.reload(config -> config.times = TestBench.TIMES);
        await().until(() -> site("east").state() == RouterReport.SiteState.DOWN);
    }

    @Test
    void proxies_and_the_scope_of_keys_change_for_the_next_request() throws Exception {
        bench.reload(config -> config.frontend = TestFrontend.with(frontend -> {
            frontend.trustedProxies = List.of("127.0.0.1");
            frontend.hostPreserve = false;
            frontend.keyScope = List.of("X-Account");
        }));
        HttpRequest.Builder request = bench.request("/a")
                .header("Idempotency-Key", "k1")
                .header("X-Forwarded-For", "6.6.6.6")
                .POST(BodyPublishers.ofString("1"));
        assertThat(bench.client
                        .send(request.header("X-Account", "alice").build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(201);
        var head = bench.e1.heads.isEmpty() ? bench.e2.heads.get(0) : bench.e1.heads.get(0);

        assertThat(head.getString("x-forwarded-for")).isEqualTo("6.6.6.6, 127.0.0.1");
        assertThat(head.getString("host")).as("the VM's own").doesNotContain(":" + bench.router.port());
        assertThat(bench.client
                        .send(request.setHeader("X-Account", "bob").build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void what_cannot_change_is_refused_by_name_and_nothing_changes() throws Exception {
        RouterConfig good = bench.told;
        String refused = bench.reload(config -> {
            config.name = "east-2";
            config.listen = new RouterConfig.Address("127.0.0.1", 1);
            config.limits = TestLimits.changed(LIMITS, limits -> limits.threads++);
            config.adminToken = "other";
            config.remove("e1");
        });

        assertThat(refused)
                .startsWith("refused: ")
                .contains("router cannot change", "listen cannot change", "threads cannot change")
                .doesNotContain("admin.token", "other");
        assertThat(bench.router.report().vms()).hasSize(4);
        assertThat(bench.admin("GET", "/status").body()).contains("\"reloadProblem\":\"router cannot change");
        assertThat(bench.admin("GET", "/metrics").body()).contains("gemel_router_reload_failed{router=\"east-1\"} 1");
        HttpResponse<String> asked = bench.admin("POST", "/reload");
        assertThat(asked.statusCode()).isEqualTo(409);
        assertThat(asked.body()).contains("threads cannot change while the router runs");

        bench.told = good;
        assertThat(bench.admin("POST", "/reload").body()).isEqualTo("nothing has changed\n");
        assertThat(bench.router.report().reload().failed()).isFalse();
        assertThat(bench.admin("GET", "/metrics").body()).contains("gemel_router_reload_failed{router=\"east-1\"} 0");
    }

    @Test
    void settings_that_cannot_be_read_change_nothing_and_are_told() throws Exception {
        RouterSource wrong = () -> {
            throw new RouterConfigException(List.of("router.properties:7: vm.e3.url is odd: mend it"));
        };
        try (Router router = new Router(bench.told, wrong, InstantSource.system(), new SecureRandom())) {
            long before = router.report().reload().takenSeconds();
            CompletableFuture<String> refused =
                    router.reload().handle((done, why) -> String.valueOf(why)).toCompletableFuture();

            assertThat(refused.get()).contains("nothing has changed", "router.properties:7");
            assertThat(router.report().reload().problem()).isEqualTo("router.properties:7: vm.e3.url is odd: mend it");
            assertThat(router.report().reload().takenSeconds()).isEqualTo(before);
        }
    }

    @Test
    void an_order_to_reload_needs_the_token() throws Exception {
        HttpRequest order = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + bench.router.adminPort() + "/reload"))
                .POST(BodyPublishers.noBody())
                .build();

        assertThat(bench.client.send(order, BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
        assertThat(bench.admin("GET", "/reload").statusCode()).isEqualTo(405);
    }

    private String answer(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", bench.router.port())) {
            write(socket, request);
            return all(socket);
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String all(Socket socket) throws IOException {
        socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
}
