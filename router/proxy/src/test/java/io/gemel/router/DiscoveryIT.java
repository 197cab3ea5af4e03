package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterDiscovery.Name;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterReport.VmState;
import io.gemel.transaction.SiteId;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** VMs that the settings do not name. */
final class DiscoveryIT {
    private static final SiteId EAST = new SiteId("east");
    private static final String TOKEN = "s3cret";

    private TestDns dns;
    private TestBench bench;

    @AfterEach
    void stop() {
        if (bench != null) {
            bench.close();
        }
        if (dns != null) {
            dns.close();
        }
    }

    /** VMs of the west are named, and those of the east are found. */
    private void start(RouterDiscovery discovery) throws RouterException {
        bench = new TestBench(config -> TestConfig.changed(
                TestBench.with(config, TestBench.shortTimes(Duration.ofSeconds(40)), RouterLimits.defaults()),
                change -> {
                    change.remove("e1");
                    change.remove("e2");
                    change.discovery = discovery;
                }));
    }

    private RouterDiscovery names(Name... names) {
        return names(Duration.ofMillis(100), names);
    }

    private RouterDiscovery names(Duration interval, Name... names) {
        return new RouterDiscovery(
                List.of(names),
                interval,
                InetSocketAddress.createUnresolved("127.0.0.1", dns.port()),
                null,
                Duration.ofSeconds(15));
    }

    private static RouterDiscovery registering(Duration lease) {
        return new RouterDiscovery(List.of(), Duration.ofSeconds(5), null, TOKEN, lease);
    }

    private List<String> east(VmState state) {
        return bench.router.report().vms().stream()
                .filter(vm -> vm.site().equals("east") && vm.state() == state)
                .map(RouterReport.Vm::name)
                .toList();
    }

    private RouterReport.Discovery shop() {
        return bench.router.report().discovery().get(0);
    }

    private RouterReport.Site site(String name) {
        return bench.router.report().sites().stream()
                .filter(site -> site.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String reason(String vm) {
        return bench.router.report().vms().stream()
                .filter(each -> each.name().equals(vm))
                .findFirst()
                .orElseThrow()
                .reason();
    }

    private static int heartbeatPort(TestVm vm) {
        return vm.config().heartbeatUrl().getPort();
    }

    private static int port(TestVm vm) {
        return vm.config().url().getPort();
    }

    private static String found(TestVm vm) {
        return "shop-localhost-" + port(vm);
    }

    @Test
    void services_in_dns_are_vms_that_come_and_go_with_it() throws Exception {
        dns = new TestDns();
        start(names(new Name("shop", EAST, "_http._tcp.shop.test", 0, 0, 7, "default")));
        assertThat(shop().problem()).contains("no address");
        assertThat(site("east").reason()).isEqualTo("no VM of it is known yet");
        assertThat(bench.post("/transfers", "k0", "1").get().statusCode())
                .as("at the other site")
                .isEqualTo(201);

        dns.services = List.of(port(bench.e2), port(bench.e1));
        await().until(() -> east(VmState.ALIVE).size() == 2);
        assertThat(east(VmState.ALIVE)).containsExactlyInAnyOrder(found(bench.e1), found(bench.e2));
        assertThat(shop()).isEqualTo(new RouterReport.Discovery("shop", "_http._tcp.shop.test", 2, ""));
        await().until(() -> header(
                        bench.post("/transfers", "k" + System.nanoTime(), "1").get(), "Gemel-Vm")
                .startsWith("shop-localhost-"));

        dns.services = List.of(port(bench.e2));
        await().until(() -> east(VmState.ALIVE).equals(List.of(found(bench.e2))));
    }

    @Test
    void what_dns_does_not_tell_any_more_stays_and_is_said() throws Exception {
        dns = new TestDns();
        start(names(new Name("shop", EAST, "_http._tcp.shop.test", 0, 0, 0, "default")));
        dns.services = List.of(port(bench.e1));
        await().until(() -> east(VmState.ALIVE).size() == 1);

        dns.code = 3;
        await().until(() -> shop().problem().equals("DNS knows no address for it"));
        dns.code = 2;
        await().until(() -> shop().problem().contains("does not answer"));
        assertThat(shop().vms()).isEqualTo(1);
        assertThat(east(VmState.ALIVE)).containsExactly(found(bench.e1));
        assertThat(bench.admin("GET", "/metrics").body())
                .contains("gemel_router_discovery_failed{router=\"east-1\",discover=\"shop\"} 1")
                .contains("gemel_router_discovery_vms{router=\"east-1\",discover=\"shop\"} 1");

        dns.code = 0;
        await().until(() -> shop().problem().isEmpty());
        dns.silent = true;
        await().until(() -> shop().problem().contains("does not answer"));
        assertThat(east(VmState.ALIVE)).containsExactly(found(bench.e1));
    }

    @Test
    void addresses_in_dns_are_vms_that_a_router_knows_once_it_has_started() throws Exception {
        dns = new TestDns();
        bench = new TestBench();
        dns.addresses = List.of("127.0.0.1");
        RouterConfig config = TestConfig.changed(bench.told, change -> {
            change.vms.removeIf(vm -> vm.site().equals(EAST));
            change.discovery =
                    names(new Name("shop", EAST, "shop.test", port(bench.e1), heartbeatPort(bench.e1), 0, "default"));
        });
        try (Router router = new Router(config, () -> config, InstantSource.system(), new SecureRandom())) {
            router.start();

            assertThat(router.report().vms())
                    .filteredOn(vm -> vm.site().equals("east"))
                    .extracting(RouterReport.Vm::name, RouterReport.Vm::host)
                    .containsExactly(tuple("shop-127.0.0.1-" + port(bench.e1), "127.0.0.1"));
            await().until(() -> router.report().vms().stream().allMatch(vm -> vm.state() == VmState.ALIVE));
        }
    }

    @Test
    void sessions_of_a_vm_that_dns_named_are_ended_under_the_name_that_it_has_itself() throws Exception {
        dns = new TestDns();
        start(names(new Name("shop", EAST, "_http._tcp.shop.test", 0, 0, 0, "default")));
        dns.services = List.of(port(bench.e1), port(bench.e2));
        await().until(() -> east(VmState.ALIVE).size() == 2);

        bench.e1.kill();

        await().until(() -> bench.east.asked.stream().anyMatch(asked -> asked.startsWith("/router/terminate?vm=e1&")));
    }

    @Test
    void a_vm_of_another_site_than_the_settings_say_gets_nothing() throws Exception {
        dns = new TestDns();
        start(names(new Name("shop", EAST, "_http._tcp.shop.test", 0, 0, 0, "default")));
        bench.reload(change -> change.remove("w1"));
        dns.services = List.of(port(bench.w1), port(bench.e1));
        await().until(() -> east(VmState.UNFIT).equals(List.of(found(bench.w1))));

        assertThat(reason(found(bench.w1))).contains("works on the database of site west");
    }

    @Test
    void an_address_that_is_named_already_is_passed_over_and_said() throws Exception {
        dns = new TestDns();
        start(names(new Name("shop", EAST, "_http._tcp.shop.test", 0, 0, 0, "default")));
        dns.services = List.of(port(bench.e1), 1);
        await().until(() -> shop().vms() == 2);
        bench.reload(change -> change.vms.add(
                new RouterConfig.Vm("e1", URI.create("http://localhost:" + port(bench.e1)), EAST, "host-1")));

        await().until(() -> shop().problem().equals("an address of " + found(bench.e1) + " is that of vm.e1, too"));
        assertThat(reason("shop-localhost-1")).contains("does not answer");
        await().until(() -> east(VmState.ALIVE).equals(List.of("e1")));
    }

    @Test
    void a_name_that_is_changed_is_asked_for_at_once() throws Exception {
        dns = new TestDns();
        Duration never = Duration.ofDays(1);
        start(names(never, new Name("shop", EAST, "_http._tcp.shop.test", 0, 0, 0, "default")));
        assertThat(shop().problem()).contains("no address");
        dns.services = List.of(port(bench.e2), port(bench.e1));

        bench.reload(change ->
                change.discovery = names(never, new Name("shop", EAST, "_http._tcp.store.test", 0, 0, 0, "default")));

        await().until(() -> east(VmState.ALIVE).size() == 2);
        assertThat(shop()).isEqualTo(new RouterReport.Discovery("shop", "_http._tcp.store.test", 2, ""));
    }

    @Test
    void a_vm_registers_itself_and_is_served_until_it_leaves() throws Exception {
        start(registering(Duration.ofSeconds(15)));
        assertThat(east(VmState.ALIVE)).isEmpty();

        HttpResponse<String> said = register(registration(bench.e1));
        assertThat(said.statusCode()).as(said.body()).isEqualTo(200);
        assertThat(new JsonObject(said.body()).getLong("leaseMillis")).isEqualTo(15_000);
        await().until(() -> east(VmState.ALIVE).equals(List.of("e1")));
        await().until(() -> header(
                        bench.post("/transfers", "k" + System.nanoTime(), "1").get(), "Gemel-Vm")
                .equals("e1"));
        assertThat(register(registration(bench.e1)).statusCode()).isEqualTo(200);
        assertThat(bench.router.report().registeredVms()).isEqualTo(1);

        assertThat(ask("DELETE", "?vm=e1", TOKEN, "").statusCode()).isEqualTo(200);
        await().until(() -> east(VmState.ALIVE).isEmpty());
        assertThat(ask("DELETE", "?vm=e1", TOKEN, "").statusCode()).isEqualTo(404);
        assertThat(bench.post("/transfers", "k9", "1").get().statusCode()).isEqualTo(201);
    }

    @Test
    void a_registration_that_is_not_renewed_ends_but_for_the_last_of_its_site() throws Exception {
        start(registering(Duration.ofSeconds(1)));
        register(registration(bench.e1));
        register(registration(bench.e2));
        await().until(() -> east(VmState.ALIVE).size() == 2);

        await().until(() -> {
            register(registration(bench.e2));
            return east(VmState.ALIVE).equals(List.of("e2"));
        });
        bench.e2.kill();
        await().until(() -> east(VmState.DEAD).equals(List.of("e2")));
        bench.reload(change -> change.times = TestBench.shortTimes(Duration.ofSeconds(39)));
        assertThat(east(VmState.DEAD)).containsExactly("e2");
    }

    @Test
    void a_registration_that_is_not_proper_is_refused_with_the_reason() throws Exception {
        start(registering(Duration.ofSeconds(15)));
        JsonObject good = registration(bench.e1);

        assertThat(ask("POST", "", "wrong", good.encode()).statusCode()).isEqualTo(401);
        assertThat(ask("GET", "", TOKEN, "").statusCode()).isEqualTo(405);
        refuses(400, "not a JSON object", "no json");
        refuses(400, "not a JSON object", "null");
        refuses(400, "not a JSON object", "[1]");
        refuses(400, "not registered", good.copy().put("weight", "much").encode());
        refuses(
                409,
                "http://host:port",
                good.copy().put("url", "localhost:9001").encode());
        refuses(400, "url is missing", without(good, "url").encode());
        refuses(409, "http://host:port", good.copy().put("url", "ftp://x/y").encode());
        refuses(409, "vm=e 1 is not a name", good.copy().put("vm", "e 1").encode());
        refuses(409, "site.north.status", good.copy().put("site", "north").encode());
        refuses(409, "vm.w1 is named already", good.copy().put("vm", "w1").encode());
        refuses(
                409,
                "is that of vm.w1",
                good.copy().put("url", bench.w1.config().url().toString()).encode());
        refuses(413, "bytes", good.copy().put("more", "x".repeat(20_000)).encode());
        assertThat(bench.router.report().registeredVms()).isZero();

        register(good);
        await().until(() -> east(VmState.ALIVE).equals(List.of("e1")));
        refuses(
                409,
                "give each VM its own name",
                good.copy().put("url", "http://127.0.0.1:1").encode());
        bench.e1.kill();
        await().until(() -> east(VmState.DEAD).equals(List.of("e1")));
        JsonObject moved = registration(bench.e2).put("vm", "e1");
        assertThat(register(moved).statusCode())
                .as("its process was started elsewhere")
                .isEqualTo(200);
        await().until(() -> east(VmState.ALIVE).equals(List.of("e1")));

        bench.reload(change -> {
            change.discovery = RouterDiscovery.none();
            change.vms.add(bench.e2.config());
        });
        assertThat(ask("POST", "", TOKEN, good.encode()).statusCode()).isEqualTo(403);
    }

    private void refuses(int status, String reason, String body) throws Exception {
        HttpResponse<String> said = ask("POST", "", TOKEN, body);
        assertThat(said.body()).contains(reason);
        assertThat(said.statusCode()).isEqualTo(status);
    }

    private static JsonObject without(JsonObject all, String name) {
        JsonObject rest = all.copy();
        rest.remove(name);
        return rest;
    }

    private static JsonObject registration(TestVm vm) {
        RouterConfig.Vm config = vm.config();
        return new JsonObject()
                .put("vm", config.name())
                .put("site", config.site().name())
                .put("host", config.host())
                .put("url", config.url().toString())
                .put("heartbeatUrl", String.valueOf(config.heartbeatUrl()))
                .put("requestsMax", 3);
    }

    private HttpResponse<String> register(JsonObject registration) throws Exception {
        return ask("POST", "", TOKEN, registration.encode());
    }

    private HttpResponse<String> ask(String method, String query, String token, String body) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + bench.router.adminPort() + "/register" + query);
        return bench.client.send(
                HttpRequest.newBuilder(uri)
                        .header("Authorization", "Bearer " + token)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
