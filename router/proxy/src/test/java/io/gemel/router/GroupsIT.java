package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.api.RouterReport.VmState;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two applications behind one router: VMs e1 and w1 of the usual group, e2 and w2 of group crm, under /crm. */
final class GroupsIT {
    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench(config -> TestConfig.changed(
                TestBench.with(config, TestBench.TIMES, TestLimits.oneRequestEach(2)), GroupsIT::twoGroups));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private static void twoGroups(TestConfig config) {
        config.vms.replaceAll(vm -> vm.name().endsWith("2") ? inGroup(vm, "crm") : vm);
        config.routes.add(new Route("", "/crm", null, true, null, null, null, "crm", null));
        config.routes.add(new Route("crm.example.com", "/", null, true, null, null, null, "crm", null));
    }

    private static RouterConfig.Vm inGroup(RouterConfig.Vm vm, String group) {
        return new RouterConfig.Vm(
                vm.name(), vm.url(), vm.site(), vm.host(), vm.requestsMax(), vm.heartbeatUrl(), group, vm.weight());
    }

    private static HttpResponse<String> got(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        return answer.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private String vmOf(String path, String key) throws Exception {
        return header(got(bench.post(path, key, "1")), "Gemel-Vm");
    }

    private SiteState east() {
        return bench.router.report().sites().stream()
                .filter(site -> site.name().equals("east"))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private RouterReport.Group crm() {
        return bench.router.report().groups().stream()
                .filter(group -> group.name().equals("crm"))
                .findFirst()
                .orElseThrow();
    }

    private void awaitState(String vm, VmState state) {
        await().until(() -> bench.router.report().vms().stream()
                .anyMatch(each -> each.name().equals(vm) && each.state() == state));
    }

    @Test
    void each_application_gets_its_own_requests_and_any_tells_an_outcome() throws Exception {
        for (int i = 0; i < 10; i++) {
            assertThat(vmOf("/crm/customers", "c" + i)).isEqualTo("e2");
            assertThat(vmOf("/transfers", "t" + i)).isEqualTo("e1");
        }
        assertThat(bench.e1.received).allMatch(key -> key.startsWith("t"));
        assertThat(bench.get("/gemel/outcome/c1").body()).contains("executed");
        assertThat(bench.get("/gemel/outcome/t1").body()).contains("executed");
        bench.e1.kill();
        awaitState("e1", VmState.DEAD);
        assertThat(bench.get("/gemel/outcome/t1").body()).contains("executed");
    }

    @Test
    void when_one_applications_vms_die_at_a_site_its_work_crosses_and_the_site_stays_up_for_the_other()
            throws Exception {
        bench.e2.manner = Manner.KEEP;
        CompletableFuture<HttpResponse<String>> answer = bench.post("/crm/customers", "k1", "42");
        await().until(() -> bench.receipts("k1") == 1);
        bench.east.durable = false;
        bench.e2.kill();
        await().until(() -> bench.east.asked.stream().anyMatch(asked -> asked.contains("durable?level=shipped")));

        assertThat(answer).isNotDone();
        assertThat(bench.w2.received).isEmpty();
        assertThat(vmOf("/transfers", "t1")).isEqualTo("e1");
        bench.east.durable = true;

        assertThat(header(got(answer), "Gemel-Vm")).isEqualTo("w2");
        assertThat(bench.west.ledger.effectsOf("k1")).isEqualTo(1);
        assertThat(east()).isEqualTo(SiteState.UP);
        assertThat(bench.east.asked).anyMatch(asked -> asked.contains("terminate?vm=e2"));
        assertThat(bench.west.asked).anyMatch(asked -> asked.contains("barrier?origin=east"));
        assertThat(vmOf("/transfers", "t2")).isEqualTo("e1");
        assertThat(vmOf("/crm/customers", "c2")).isEqualTo("w2");
    }

    @Test
    void an_application_without_any_vm_is_told_and_the_other_one_serves_on() throws Exception {
        bench.e2.kill();
        bench.w2.kill();
        await().until(() -> !crm().ready());

        assertThat(vmOf("/transfers", "t1")).isEqualTo("e1");
        assertThat(bench.admin("GET", "/ready").statusCode()).isEqualTo(200);
        assertThat(bench.admin("GET", "/ready?group=default").statusCode()).isEqualTo(200);
        assertThat(bench.admin("GET", "/ready?group=crm").statusCode()).isEqualTo(503);
        assertThat(bench.admin("GET", "/ready?group=nobody").body()).contains("no VM is of group nobody");
        assertThat(bench.admin("GET", "/metrics").body())
                .contains("gemel_router_group_ready{router=\"east-1\",group=\"crm\"} 0")
                .contains("gemel_router_group_usable_vms{router=\"east-1\",group=\"crm\",site=\"east\"} 0")
                .contains("gemel_router_group_usable_vms{router=\"east-1\",group=\"default\",site=\"east\"} 1");
        bench.e2.start();
        await().until(() -> crm().ready());
        assertThat(vmOf("/crm/customers", "c1")).isEqualTo("e2");
    }

    @Test
    void requests_that_wait_for_one_application_do_not_stand_before_those_for_the_other() throws Exception {
        bench.e2.manner = Manner.KEEP;
        bench.w2.manner = Manner.KEEP;
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            waiting.add(bench.post("/crm/customers", "c" + i, "1"));
        }
        await().until(() -> crm().waiting() == 10);

        for (int i = 0; i < 20; i++) {
            assertThat(vmOf("/transfers", "t" + i)).startsWith("e1");
        }
        assertThat(crm().waiting()).isEqualTo(10);
        bench.e2.manner = Manner.ANSWER;
        bench.w2.manner = Manner.ANSWER;
        bench.e2.release();
        bench.w2.release();
        for (CompletableFuture<HttpResponse<String>> each : waiting) {
            assertThat(got(each).statusCode()).isEqualTo(201);
        }
        await().until(() -> crm().waiting() == 0 && crm().inFlight() == 0);
    }

    @Test
    void one_key_at_two_applications_of_a_database_is_one_submission() throws Exception {
        assertThat(got(bench.post("/transfers", "k1", "1")).statusCode()).isEqualTo(201);
        assertThat(got(bench.post("/crm/transfers", "k1", "1")).statusCode()).isEqualTo(422);

        // The same path at another application, which a host leads to, is another request, too.
        bench.reload(
                config -> config.routes.add(new Route("", "/transfers", null, true, null, null, null, "crm", null)));
        assertThat(got(bench.post("/transfers", "k1", "1")).statusCode()).isEqualTo(422);
        assertThat(bench.east.ledger.effectsOf("k1")).isEqualTo(1);
    }

    @Test
    void vms_and_routes_change_their_group_while_requests_are_under_way() throws Exception {
        bench.e2.manner = Manner.KEEP;
        CompletableFuture<HttpResponse<String>> underWay = bench.post("/crm/customers", "k1", "1");
        await().until(() -> bench.receipts("k1") == 1);
        assertThat(bench.reload(config -> {
                    config.vms.replaceAll(vm -> inGroup(vm, "shop"));
                    config.routes.removeIf(route -> route.group() != null);
                    config.routes.add(new Route("", "/shop", null, true, null, null, null, "shop", null));
                }))
                .contains("vm.e2.group", "route./shop (new)", "route./crm (gone)");

        assertThat(bench.get("/crm/customers").statusCode()).isEqualTo(404);
        bench.e2.release();
        assertThat(header(got(underWay), "Gemel-Vm")).isEqualTo("e2");
        bench.e2.manner = Manner.ANSWER;
        assertThat(vmOf("/shop/carts", "s1")).startsWith("e");
        assertThat(bench.router.report().groups())
                .extracting(RouterReport.Group::name)
                .containsExactly("shop");
        assertThat(bench.router.report().sites())
                .extracting(RouterReport.Site::inFlight)
                .containsOnly(0);
    }

    @Test
    void the_last_vm_of_an_application_is_not_drained_without_force() throws Exception {
        assertThat(bench.admin("POST", "/drain?vm=e2").statusCode()).isEqualTo(200);
        HttpResponse<String> refused = bench.admin("POST", "/drain?vm=w2");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("no VM of group crm would remain that takes requests");
        assertThat(vmOf("/crm/customers", "c1")).isEqualTo("w2");
    }

    @Test
    void a_vm_that_takes_no_requests_anyway_is_drained() throws Exception {
        bench.e2.kill();
        bench.w2.kill();
        await().until(() -> !crm().ready());

        assertThat(bench.admin("POST", "/drain?vm=e2").statusCode()).isEqualTo(200);
        assertThat(bench.admin("POST", "/drain?host=" + bench.e1.host).statusCode())
                .as("w1 is left")
                .isEqualTo(200);
    }

    @Test
    void vms_without_a_ledger_do_not_tell_that_a_sites_database_lives() throws Exception {
        bench.e1.library = false;
        awaitReason("e1", "it keeps no ledger");
        bench.e2.manner = Manner.KEEP;
        CompletableFuture<HttpResponse<String>> answer = bench.post("/crm/customers", "k1", "42");
        await().until(() -> bench.receipts("k1") == 1);
        bench.east.close();
        bench.e2.kill();

        await().until(() -> east() == SiteState.DOWN);
        assertThat(header(got(answer), "Gemel-Vm")).isEqualTo("w2");
    }

    private void awaitReason(String vm, String reason) {
        await().until(() -> bench.router.report().vms().stream()
                .anyMatch(each -> each.name().equals(vm) && each.reason().startsWith(reason)));
    }
}
