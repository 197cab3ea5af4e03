package io.gemel.router;

import io.gemel.router.api.Durability;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterBackendTls;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfig.Address;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterTimes;
import io.gemel.router.api.RouterTls;
import io.gemel.transaction.SiteId;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A router with VMs e1 and e2 on hosts of their own and e3 beside e1 at the east, w1 and w2 at the west, and both site processes. */
public final class TestBench implements AutoCloseable {
    /** Bounds a hang; nothing takes that long. */
    public static final Duration LIMIT = Duration.ofMinutes(1);

    static final RouterTimes TIMES = RouterTimes.defaults();

    public final Vertx vertx = Vertx.vertx();
    public final TestSite east = new TestSite(vertx, "east");
    public final TestSite west = new TestSite(vertx, "west");
    public final TestVm e1 = new TestVm(vertx, "e1", "east", "host-1", east.ledger);
    public final TestVm e2 = new TestVm(vertx, "e2", "east", "host-2", east.ledger);
    public final TestVm w1 = new TestVm(vertx, "w1", "west", "host-3", west.ledger);
    public final TestVm w2 = new TestVm(vertx, "w2", "west", "host-4", west.ledger);
    public final Router router;
    final HttpClient client = HttpClient.newHttpClient();

    /** What the router is told when it reads its settings anew. */
    volatile RouterConfig told;

    TestBench() throws RouterException {
        this(config -> config);
    }

    public TestBench(UnaryOperator<RouterConfig> change) throws RouterException {
        RouterConfig config = new RouterConfig(
                "east-1",
                new SiteId("east"),
                new Address("127.0.0.1", 0),
                null,
                RouterFrontend.defaults(),
                RouterBackendTls.defaults(),
                new Address("127.0.0.1", 0),
                "admin",
                List.of(e1.config(), e2.config(), w1.config(), w2.config()),
                List.of(west.config(), east.config()),
                RouterDiscovery.none(),
                List.of(
                        new Route("/stream", null, false),
                        new Route("/shipped", Durability.SHIPPED, true),
                        new Route("/kept", null, true, true, null),
                        new Route("/slow", null, true, null, Duration.ofSeconds(20))),
                Durability.LOCAL,
                RouterAccessLog.of(RouterAccessLog.Format.TEXT),
                TIMES,
                RouterLimits.defaults());
        told = change.apply(config);
        router = new Router(told, () -> told, InstantSource.system(), new SecureRandom());
        router.start();
        await().until(() -> router.report().vms().stream().allMatch(vm -> vm.state() == RouterReport.VmState.ALIVE));
    }

    /** Waits, but not for ever. */
    public static ConditionFactory await() {
        return Awaitility.await().atMost(LIMIT);
    }

    public static RouterConfig with(RouterConfig config, RouterTimes times, RouterLimits limits) {
        return with(config, config.vms(), config.sites(), config.tls(), config.frontend(), times, limits);
    }

    /** With VMs that answer heartbeats only where they take requests. */
    public static RouterConfig withoutHeartbeatAddresses(RouterConfig config) {
        List<RouterConfig.Vm> vms = config.vms().stream()
                .map(vm -> new RouterConfig.Vm(vm.name(), vm.url(), vm.site(), vm.host()))
                .toList();
        return with(config, vms, config.sites(), config.tls(), config.frontend(), config.times(), config.limits());
    }

    /** With this VM at the east instead of e1 and e2. */
    public static RouterConfig withEast(RouterConfig config, RouterConfig.Vm east) {
        List<RouterConfig.Vm> vms = new ArrayList<>(config.vms());
        vms.removeIf(vm -> vm.site().equals(east.site()));
        vms.add(east);
        return with(config, vms, config.sites(), config.tls(), config.frontend(), config.times(), config.limits());
    }

    /** With this VM at the east and nothing else: whatever is thought of it, it gets every request. */
    public static RouterConfig alone(RouterConfig config, RouterConfig.Vm east) {
        List<RouterConfig.Site> sites = new ArrayList<>(config.sites());
        sites.removeIf(site -> !site.name().equals(east.site()));
        return with(config, List.of(east), sites, config.tls(), config.frontend(), config.times(), config.limits());
    }

    public static RouterConfig with(RouterConfig config, RouterTls tls) {
        return with(config, config.vms(), config.sites(), tls, config.frontend(), config.times(), config.limits());
    }

    public static RouterConfig with(RouterConfig config, RouterFrontend frontend) {
        return with(config, config.vms(), config.sites(), config.tls(), frontend, config.times(), config.limits());
    }

    private static RouterConfig with(
            RouterConfig config,
            List<RouterConfig.Vm> vms,
            List<RouterConfig.Site> sites,
            RouterTls tls,
            RouterFrontend frontend,
            RouterTimes times,
            RouterLimits limits) {
        return new RouterConfig(
                config.name(),
                config.site(),
                config.listen(),
                tls,
                frontend,
                config.backendTls(),
                config.admin(),
                config.adminToken(),
                vms,
                sites,
                config.discovery(),
                config.routes(),
                config.durability(),
                config.accessLog(),
                times,
                limits);
    }

    /** The default times, but for those an IT would wait for. */
    public static RouterTimes shortTimes(Duration requestTimeout) {
        return shortTimes(requestTimeout, Duration.ofMillis(500));
    }

    static RouterTimes shortTimes(Duration requestTimeout, Duration durabilityTimeout) {
        return times(requestTimeout, durabilityTimeout, Duration.ofMillis(300));
    }

    /** The default times, but that a client's handshake, head and body must come at once. */
    public static RouterTimes impatient() {
        return impatient(Duration.ofMillis(500));
    }

    /** The same, but that they must come within this time. */
    public static RouterTimes impatient(Duration limit) {
        return TestTimes.changed(shortTimes(Duration.ofSeconds(5)), times -> {
            times.headerTimeout = limit;
            times.bodyTimeout = limit;
        });
    }

    /** The default times, but that no site is ever taken for down. */
    static RouterTimes withoutVerdictOnSites() {
        return TestTimes.changed(TIMES, times -> times.verdictSiteDown = LIMIT.multipliedBy(10));
    }

    /** The default times, but that a VM which is silent is avoided for this long before more is said of it. */
    public static RouterTimes longAvoided(Duration verdictResubmit) {
        return TestTimes.changed(TIMES, times -> {
            times.verdictResubmit = verdictResubmit;
            times.verdictSiteDown = verdictResubmit.multipliedBy(2);
        });
    }

    /** The same, but that what can be sent nowhere waits for so long. */
    public static RouterTimes longWait(Duration waitMax) {
        return times(Duration.ofSeconds(30), waitMax);
    }

    static RouterTimes times(Duration requestTimeout, Duration waitMax) {
        return times(requestTimeout, Duration.ofMillis(500), waitMax);
    }

    private static RouterTimes times(Duration requestTimeout, Duration durabilityTimeout, Duration waitMax) {
        return TestTimes.changed(TIMES, times -> {
            times.requestTimeout = requestTimeout;
            times.idleTimeout = TIMES.idleTimeout().plus(durabilityTimeout);
            times.durabilityTimeout = durabilityTimeout;
            times.waitMax = waitMax;
        });
    }

    /** Changes what the router is told, and lets it read that; what it says of it, or why not. */
    public String reload(Consumer<TestConfig> change) throws Exception {
        told = TestConfig.changed(told, change);
        return reload();
    }

    String reload() throws Exception {
        return router.reload()
                .handle((done, why) -> why == null ? done : "refused: " + why.getMessage())
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + router.port() + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(LIMIT);
    }

    public CompletableFuture<HttpResponse<String>> post(String path, String key, String body) {
        return client.sendAsync(
                request(path)
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).GET().build(), BodyHandlers.ofString());
    }

    HttpResponse<String> admin(String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + router.adminPort() + path))
                        .header("Authorization", "Bearer admin")
                        .method(method, BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    public static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    public List<TestVm> vms() {
        return List.of(e1, e2, w1, w2);
    }

    /** How often VMs got a key. */
    public long receipts(String key) {
        return vms().stream()
                .flatMap(vm -> vm.received.stream())
                .filter(key::equals)
                .count();
    }

    @Override
    public void close() {
        router.close();
        TestHttp.await(vertx.close());
    }
}
