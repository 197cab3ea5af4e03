package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

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
import io.gemel.router.api.RouterReport.VmState;
import io.gemel.transaction.SiteId;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VMs and sites that are reached by https: only those whose certificate is signed by somebody trusted, and names them. */
final class VmTlsIT {
    @TempDir
    static Path folder;

    private static TestKeys keys;
    private static TestKeys strange;

    private final Vertx vertx = Vertx.vertx();
    private Router router;

    @BeforeAll
    static void make() throws Exception {
        keys = TestKeys.make(folder, "EC", "ip:127.0.0.1");
        strange = TestKeys.make(folder, "EC", "ip:127.0.0.1");
    }

    @AfterEach
    void stop() {
        if (router != null) {
            router.close();
        }
        TestHttp.await(vertx.close());
    }

    @Test
    void a_vm_and_a_site_with_a_certificate_of_a_trusted_authority_are_used() throws Exception {
        TestVm vm = vm(keys);
        TestSite site = new TestSite(vertx, "east", keys.tls());
        start(vm, site, strange.certificate() + keys.certificate());
        await().until(() -> state() == VmState.ALIVE);

        HttpResponse<String> answer = post("/a", "k1");

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).startsWith("done by e1");
        assertThat(post("/shipped", "k2").headers().firstValue("Gemel-Durability"))
                .contains("shipped");
    }

    @Test
    void a_vm_and_a_site_with_the_certificate_of_a_stranger_are_refused_and_the_report_says_why() throws Exception {
        TestVm vm = vm(strange);
        start(vm, new TestSite(vertx, "east", strange.tls()), keys.certificate());

        awaitReason("its certificate is not accepted");
        assertThat(router.report().vms().get(0).reason())
                .contains("unable to find valid certification path", "see tls.authorities");
        await().until(() -> router.report().sites().get(0).reason().contains("its certificate is not accepted"));
        assertThat(post("/a", "k1").statusCode()).isEqualTo(503);
        assertThat(vm.received).isEmpty();
    }

    @Test
    void without_authorities_the_jvm_says_who_is_trusted() throws Exception {
        start(vm(keys), new TestSite(vertx, "east"), null);

        awaitReason("its certificate is not accepted");
    }

    @Test
    void a_certificate_that_names_another_host_is_refused() throws Exception {
        TestKeys other = TestKeys.make(folder, "EC", "dns:other.example");
        start(vm(other), new TestSite(vertx, "east"), other.certificate());

        awaitReason("its certificate is not accepted");
        assertThat(router.report().vms().get(0).reason()).contains("127.0.0.1");
    }

    @Test
    void a_vm_that_speaks_no_tls_is_refused_and_the_report_says_why() throws Exception {
        TestVm plain = new TestVm(vertx, "e1", "east", "host-1", new TestLedger());
        RouterConfig.Vm secure = new RouterConfig.Vm(
                "e1", URI.create("https://127.0.0.1:" + plain.config().url().getPort()), new SiteId("east"), "host-1");
        start(secure, new TestSite(vertx, "east"), keys.certificate());

        awaitReason("TLS with it fails");
    }

    @Test
    void a_vm_and_a_site_that_ask_for_a_certificate_are_shown_the_routers_own() throws Exception {
        TestKeys own = TestKeys.make(folder, "EC", "dns:router");
        TestVm vm = asking(own);
        TestSite site = new TestSite(vertx, "east", keys.tls(), own.certificate());
        start(vm.config(), site, new RouterBackendTls(keys.certificate(), own.tls()));
        await().until(() -> state() == VmState.ALIVE);

        assertThat(post("/a", "k1").statusCode()).isEqualTo(201);
        assertThat(post("/shipped", "k2").headers().firstValue("Gemel-Durability"))
                .contains("shipped");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_vm_that_does_not_accept_the_routers_certificate_is_dead_and_the_report_says_why(boolean heartbeatsApart)
            throws Exception {
        TestKeys expected = TestKeys.make(folder, "EC", "dns:router");
        TestVm vm = asking(expected);
        RouterConfig.Vm config = vm.config();
        start(
                heartbeatsApart
                        ? config
                        : new RouterConfig.Vm(config.name(), config.url(), config.site(), config.host()),
                new TestSite(vertx, "east", keys.tls(), expected.certificate()),
                new RouterBackendTls(keys.certificate(), strange.tls()));

        awaitReason("it does not accept the router's certificate");
        assertThat(router.report().vms().get(0).reason()).contains("see tls.outbound.certificate");
        await().until(() ->
                router.report().sites().get(0).reason().contains("it does not accept the router's certificate"));
        assertThat(post("/a", "k1").statusCode()).isEqualTo(503);
        assertThat(vm.received).isEmpty();
    }

    @Test
    void a_vm_that_asks_for_a_certificate_is_dead_while_the_router_has_none() throws Exception {
        start(asking(strange).config(), new TestSite(vertx, "east"), new RouterBackendTls(keys.certificate(), null));

        awaitReason("it asks for a client certificate");
        assertThat(router.report().vms().get(0).reason()).contains("see tls.outbound.certificate");
    }

    @Test
    void a_request_whose_connection_is_refused_for_its_certificate_was_not_done() throws Exception {
        TestVm vm = asking(strange);
        TestVm beating = new TestVm(vertx, "e1", "east", "host-1", new TestLedger());
        beating.submissions = List.of();
        RouterConfig.Vm config = new RouterConfig.Vm(
                "e1",
                vm.config().url(),
                new SiteId("east"),
                "host-1",
                0,
                beating.config().heartbeatUrl());
        TestVm other = new TestVm(vertx, "e2", "east", "host-2", new TestLedger(), keys.tls());
        start(
                List.of(config, other.config()),
                new TestSite(vertx, "east"),
                new RouterBackendTls(keys.certificate(), keys.tls()));
        await().until(() -> router.report().vms().stream().allMatch(each -> each.state() == VmState.ALIVE));

        for (int i = 0; i < 30; i++) {
            // Without a ledger whatever may have been done would be in doubt.
            HttpResponse<String> answer = post("/unkept", "k" + i);
            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(answer.body()).startsWith("done by e2");
        }
        assertThat(router.report().retried()).isPositive();
        assertThat(vm.received).isEmpty();
    }

    private TestVm asking(TestKeys expected) {
        return new TestVm(vertx, "e1", "east", "host-1", new TestLedger(), keys.tls(), expected.certificate());
    }

    private TestVm vm(TestKeys own) {
        return new TestVm(vertx, "e1", "east", "host-1", new TestLedger(), own.tls());
    }

    private void start(TestVm vm, TestSite site, String authorities) throws RouterException {
        start(vm.config(), site, authorities);
    }

    private void start(RouterConfig.Vm vm, TestSite site, String authorities) throws RouterException {
        start(vm, site, new RouterBackendTls(authorities, null));
    }

    private void start(RouterConfig.Vm vm, TestSite site, RouterBackendTls tls) throws RouterException {
        start(List.of(vm), site, tls);
    }

    private void start(List<RouterConfig.Vm> vms, TestSite site, RouterBackendTls tls) throws RouterException {
        router = new Router(
                new RouterConfig(
                        "east-1",
                        new SiteId("east"),
                        new Address("127.0.0.1", 0),
                        null,
                        RouterFrontend.defaults(),
                        tls,
                        new Address("127.0.0.1", 0),
                        null,
                        vms,
                        List.of(site.config()),
                        RouterDiscovery.none(),
                        List.of(new Route("/shipped", Durability.SHIPPED, true)),
                        Durability.LOCAL,
                        RouterAccessLog.of(RouterAccessLog.Format.TEXT),
                        TestBench.shortTimes(Duration.ofSeconds(40)),
                        RouterLimits.defaults()),
                InstantSource.system(),
                new SecureRandom());
        router.start();
    }

    private VmState state() {
        return router.report().vms().get(0).state();
    }

    private void awaitReason(String part) {
        await().until(() ->
                state() == VmState.DEAD && router.report().vms().get(0).reason().contains(part));
    }

    private HttpResponse<String> post(String path, String key) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + router.port() + path))
                                .header("Idempotency-Key", key)
                                .POST(BodyPublishers.ofString("1"))
                                .build(),
                        BodyHandlers.ofString());
    }
}
