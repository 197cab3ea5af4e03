package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterReport;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that come back to the VM that answered them. */
final class StickyIT {
    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench(config -> TestConfig.changed(config, change -> {
            change.frontend = TestFrontend.with(frontend -> {
                frontend.trustedProxies = List.of("127.0.0.1");
                frontend.keyScope = List.of("Cookie");
                frontend.keyScopeCertificate = false;
            });
            change.routes.add(new Route("", "/", null, true, null, null, null, null, "BANKVM"));
            change.routes.add(new Route("", "/plain", null, true, null, null, null, null, ""));
        }));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private HttpResponse<String> post(int port, String path, String key, String cookies) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(TestBench.LIMIT)
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString("1"));
        if (!cookies.isEmpty()) {
            request.header("Cookie", cookies);
        }
        return bench.client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String key, String cookies) throws Exception {
        return post(bench.router.port(), "/transfers", key, cookies);
    }

    private static String cookie(HttpResponse<?> answer) {
        String set = header(answer, "Set-Cookie");
        return set.isEmpty() ? "" : set.substring(0, set.indexOf(';'));
    }

    @Test
    void a_client_comes_back_to_its_vm_until_that_dies_and_its_repetition_is_still_its_own() throws Exception {
        HttpResponse<String> first = post("k0", "");
        assertThat(header(first, "Set-Cookie")).matches("BANKVM=[0-9a-f]{16}; Path=/; HttpOnly; SameSite=Lax");
        String cookie = cookie(first);
        String mine = header(first, "Gemel-Vm");
        for (int i = 1; i <= 20; i++) {
            HttpResponse<String> again = post("k" + i, "a=1; " + cookie);
            assertThat(header(again, "Gemel-Vm")).isEqualTo(mine);
            assertThat(header(again, "Set-Cookie")).isEmpty();
        }
        TestVm vm = mine.equals("e1") ? bench.e1 : bench.e2;
        assertThat(vm.heads)
                .extracting(head -> head.getString("cookie"))
                .contains("a=1")
                .doesNotContain(cookie);
        assertThat(vm.heads).noneMatch(head -> head.encode().contains("BANKVM"));

        vm.kill();
        await().until(() -> bench.router.report().vms().stream()
                .anyMatch(each -> each.name().equals(mine) && each.state() == RouterReport.VmState.DEAD));
        HttpResponse<String> replayed = post("k20", "a=1; " + cookie);
        assertThat(header(replayed, "Gemel-Outcome")).isEqualTo("replayed");
        assertThat(header(replayed, "Gemel-Vm")).startsWith("e").isNotEqualTo(mine);
        assertThat(cookie(replayed)).startsWith("BANKVM=").isNotEqualTo(cookie);
        // What is told apart by its cookies is so by those of the application alone.
        assertThat(header(post("k20", "a=1; " + cookie(replayed)), "Gemel-Outcome"))
                .isEqualTo("replayed");
        assertThat(post("k20", "a=2; " + cookie(replayed)).statusCode()).isEqualTo(422);
    }

    @Test
    void routers_of_all_sites_mean_the_same_by_a_cookie() throws Exception {
        RouterConfig west = TestConfig.changed(bench.told, config -> {
            config.name = "west-1";
            config.site = new SiteId("west");
        });
        try (Router other = new Router(west, InstantSource.system(), new SecureRandom())) {
            other.start();
            await().until(() -> other.report().vms().stream().allMatch(vm -> vm.state() == RouterReport.VmState.ALIVE));
            HttpResponse<String> first = post("k0", "");
            for (int i = 1; i <= 10; i++) {
                HttpResponse<String> there = post(other.port(), "/transfers", "k" + i, cookie(first));
                assertThat(header(there, "Gemel-Vm")).isEqualTo(header(first, "Gemel-Vm"));
                assertThat(header(there, "Set-Cookie")).isEmpty();
            }
            assertThat(header(post(other.port(), "/transfers", "new", ""), "Gemel-Vm"))
                    .startsWith("w");
        }
    }

    @Test
    void cookies_come_and_go_with_the_settings_and_tell_https_by_a_trusted_proxys_word() throws Exception {
        assertThat(header(post(bench.router.port(), "/plain", "k0", ""), "Set-Cookie"))
                .isEmpty();
        HttpResponse<String> secure = bench.client.send(
                bench.request("/accounts").header("X-Forwarded-Proto", "https").build(), BodyHandlers.ofString());
        assertThat(header(secure, "Set-Cookie")).endsWith("; Secure");

        assertThat(bench.reload(config -> config.routes.removeIf(
                        route -> route.prefix().equals("/") || route.prefix().equals("/plain"))))
                .contains("route./ (gone)");
        assertThat(header(post("k1", cookie(secure)), "Set-Cookie")).isEmpty();
    }

    @Test
    void with_weight_0_a_vm_keeps_its_clients_and_gets_no_others() throws Exception {
        HttpResponse<String> first = post("k0", "");
        String mine = header(first, "Gemel-Vm");
        bench.reload(config -> config.vms.replaceAll(vm -> vm.name().equals(mine)
                ? new RouterConfig.Vm(
                        vm.name(), vm.url(), vm.site(), vm.host(), vm.requestsMax(), vm.heartbeatUrl(), vm.group(), 0)
                : vm));
        assertThat(header(post("k1", cookie(first)), "Gemel-Vm")).isEqualTo(mine);
        for (int i = 2; i < 20; i++) {
            assertThat(header(post("k" + i, ""), "Gemel-Vm")).startsWith("e").isNotEqualTo(mine);
        }
    }
}
