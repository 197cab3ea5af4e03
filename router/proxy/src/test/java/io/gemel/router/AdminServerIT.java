package io.gemel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.RecentKeys;
import io.gemel.router.fleet.Drain;
import io.gemel.router.fleet.FoundVms;
import io.gemel.router.fleet.Registrar;
import io.gemel.transaction.SiteId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators are told when something fails that nobody has foreseen. */
final class AdminServerIT {
    private final Vertx vertx = Vertx.vertx();
    private AdminServer server;

    @BeforeEach
    void start() {
        RouterConfig config = TestConfig.of(
                new RouterConfig.Vm("e1", URI.create("http://127.0.0.1:1"), new SiteId("east"), "host-1"));
        Settings settings = new Settings(config);
        Fleet fleet = new Fleet(config);
        PauseAwareClock awake = new PauseAwareClock(0);
        server = new AdminServer(
                settings,
                () -> {
                    throw new IllegalStateException("no report");
                },
                new Drain(settings, fleet, awake),
                part -> Future.succeededFuture(""),
                site -> false,
                () -> Future.failedFuture(new IllegalStateException("no reload")),
                new RecentKeys(RecentKeys.KEYS_MAX),
                awake,
                new Registrar(vertx, settings, fleet, new FoundVms(), awake, () -> ""));
        TestHttp.await(vertx.deployVerticle(server));
    }

    @AfterEach
    void stop() {
        TestHttp.await(vertx.close());
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .timeout(TestBench.LIMIT)
                                .method(method, BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
    }

    @Test
    void whatever_fails_is_answered() throws Exception {
        HttpResponse<String> failed = ask("GET", "/status");
        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.body()).contains("log");
        assertThat(ask("POST", "/reload").body()).contains("no reload");
        assertThat(ask("GET", "/health").statusCode()).isEqualTo(200);
    }
}
