package io.gemel.router.fleet;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.LogLines;
import io.gemel.router.TestBench;
import io.gemel.router.TestVm;
import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterReport.VmState;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** VMs whose heartbeats wait behind requests, and routers that must not take that for death. */
final class BusyVmsIT {
    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench(TestBench::withoutHeartbeatAddresses);
    }

    private void startWithHeartbeatAddresses() throws RouterException {
        bench.close();
        bench = new TestBench(config -> config);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private RouterReport.Vm vm(String name) {
        return bench.router.report().vms().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void awaitState(VmState state, TestVm... vms) {
        await().until(() -> List.of(vms).stream().allMatch(vm -> vm(vm.name).state() == state));
    }

    /** E1 works on a submission and is silent. */
    private CompletableFuture<HttpResponse<String>> keepOneAtE1() throws Exception {
        bench.e2.open = false;
        awaitState(VmState.UNFIT, bench.e2);
        bench.e1.manner = Manner.KEEP;
        CompletableFuture<HttpResponse<String>> kept = bench.post("/transfers", "k1", "42");
        await().until(() -> bench.e1.received.contains("k1"));
        bench.e1.busy = true;
        bench.e2.open = true;
        awaitState(VmState.SILENT, bench.e1);
        return kept;
    }

    @Test
    void a_vm_that_is_too_busy_for_heartbeats_keeps_its_work_and_gets_nothing_new() throws Exception {
        CompletableFuture<HttpResponse<String>> slow = keepOneAtE1();
        assertThat(vm("e1").reason()).contains("vm.e1.heartbeat.url");

        HttpResponse<String> other = bench.post("/transfers", "k2", "42").get();
        assertThat(header(other, "Gemel-Vm")).isEqualTo("e2");

        bench.e1.manner = Manner.ANSWER;
        bench.e1.release();
        assertThat(slow.get().statusCode()).isEqualTo(201);
        assertThat(header(slow.get(), "Gemel-Vm")).isEqualTo("e1");
        assertThat(header(slow.get(), "Gemel-Attempts")).isEqualTo("1");
        bench.e1.busy = false;
        awaitState(VmState.ALIVE, bench.e1);
        assertThat(vm("e1").deaths()).isZero();
        assertThat(bench.east.asked).noneMatch(path -> path.startsWith("/router/terminate?"));
    }

    @Test
    void a_silent_vm_that_is_killed_is_dead_and_its_work_goes_elsewhere() throws Exception {
        CompletableFuture<HttpResponse<String>> lost = keepOneAtE1();

        bench.e1.kill();

        assertThat(header(lost.get(), "Gemel-Vm")).isEqualTo("e2");
        awaitState(VmState.DEAD, bench.e1);
        assertThat(bench.east.ledger.effectsOf("k1")).isEqualTo(1);
    }

    @Test
    void a_site_whose_vms_are_all_busy_is_not_crossed_and_the_other_one_works() throws Exception {
        bench.e1.busy = true;
        bench.e2.busy = true;
        awaitState(VmState.SILENT, bench.e1, bench.e2);

        HttpResponse<String> answer = bench.post("/transfers", "k1", "42").get();

        assertThat(header(answer, "Gemel-Site")).isEqualTo("west");
        assertThat(vm("e1").deaths() + vm("e2").deaths()).isZero();
        assertThat(bench.east.asked).noneMatch(path -> path.startsWith("/router/terminate?"));
        assertThat(bench.west.asked).noneMatch(path -> path.startsWith("/router/barrier?"));
    }

    /** Nobody knows yet whether they are dead, so that what they have in hand may yet be done. */
    @Test
    void a_site_whose_vms_are_avoided_for_long_is_not_crossed() throws Exception {
        bench.close();
        bench = new TestBench(config -> TestBench.with(
                TestBench.withoutHeartbeatAddresses(config),
                TestBench.longAvoided(Duration.ofSeconds(3)),
                RouterLimits.defaults()));
        bench.e1.busy = true;
        bench.e2.busy = true;
        awaitState(VmState.SILENT, bench.e1, bench.e2);

        assertThat(bench.west.asked).noneMatch(path -> path.startsWith("/router/barrier?"));
    }

    @Test
    void what_a_vm_that_broke_off_still_works_on_is_not_taken_up_elsewhere_while_it_drains() throws Exception {
        bench.close();
        bench = new TestBench(config -> TestBench.withEast(config, config.vms().get(0)));
        bench.e1.whenReceived = () -> bench.e1.draining = true;
        bench.e1.next(Manner.BREAK_AND_KEEP);
        CompletableFuture<HttpResponse<String>> broken = bench.post("/transfers", "k1", "42");
        awaitState(VmState.DRAINING, bench.e1);
        Thread.sleep(2000); // longer than a site without VMs that can be asked is waited for

        assertThat(bench.west.asked).noneMatch(path -> path.startsWith("/router/barrier?"));
        assertThat(bench.receipts("k1")).isEqualTo(1);

        bench.e1.release();
        assertThat(header(broken.get(), "Gemel-Site")).isEqualTo("west");
        assertThat(bench.east.ledger.effectsOf("k1")).isEqualTo(1);
    }

    @Test
    void a_vm_of_weight_0_tells_what_became_of_work_and_its_site_is_not_crossed() throws Exception {
        startWithHeartbeatAddresses();
        bench.e2.open = false;
        awaitState(VmState.UNFIT, bench.e2);
        bench.e1.manner = Manner.KEEP;
        CompletableFuture<HttpResponse<String>> lost = bench.post("/transfers", "k1", "42");
        await().until(() -> bench.e1.received.contains("k1"));
        bench.e2.open = true;
        bench.reload(config -> config.vms.replaceAll(vm -> vm.site().name().equals("east") ? withWeight0(vm) : vm));
        assertThat(header(bench.post("/transfers", "k2", "42").get(), "Gemel-Site"))
                .isEqualTo("west");

        bench.e1.kill();

        assertThat(header(lost.get(), "Gemel-Vm")).isEqualTo("e2");
        assertThat(bench.west.asked).noneMatch(path -> path.startsWith("/router/barrier?"));
        assertThat(header(bench.post("/transfers", "k3", "42").get(), "Gemel-Site"))
                .isEqualTo("west");
    }

    private static RouterConfig.Vm withWeight0(RouterConfig.Vm vm) {
        return new RouterConfig.Vm(
                vm.name(), vm.url(), vm.site(), vm.host(), vm.requestsMax(), vm.heartbeatUrl(), vm.group(), 0);
    }

    @Test
    void a_vm_that_answers_heartbeats_and_no_request_is_said_with_the_reason() throws Exception {
        startWithHeartbeatAddresses();
        URI nobody = URI.create("http://127.0.0.1:1");
        bench.reload(config -> config.vms.replaceAll(vm -> !vm.name().equals("e1")
                ? vm
                : new RouterConfig.Vm("e1", nobody, vm.site(), vm.host(), 0, vm.heartbeatUrl())));
        awaitState(VmState.ALIVE, bench.e1);
        try (LogLines log = new LogLines(VmProbe.class.getName())) {
            await().until(() -> {
                assertThat(bench.post("/transfers", "k" + System.nanoTime(), "1")
                                .get()
                                .statusCode())
                        .isEqualTo(201);
                return vm("e1").state() == VmState.UNFIT;
            });

            assertThat(vm("e1").reason()).contains("too many of its answers failed", "Connection refused");
            await().until(() -> log.all().stream()
                    .anyMatch(line -> line.startsWith("VM e1 gets requests only when there is no other")
                            && line.contains("Connection refused")));
        }
    }

    @Test
    void silence_is_death_at_addresses_of_their_own_and_at_one_site_at_a_time() throws Exception {
        startWithHeartbeatAddresses();
        bench.east.database = "unknown";
        bench.e1.busy = true;
        bench.e2.busy = true;
        awaitState(VmState.DEAD, bench.e1, bench.e2);
        bench.w1.busy = true;
        bench.w2.busy = true;
        awaitState(VmState.SILENT, bench.w1, bench.w2);
        assertThat(vm("w1").reason()).contains("this router's network is at fault", "/down");

        bench.east.database = "up"; // its process is heard: there it is the VMs
        awaitState(VmState.DEAD, bench.w1, bench.w2);
    }
}
