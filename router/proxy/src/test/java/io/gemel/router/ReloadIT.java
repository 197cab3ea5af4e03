package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterReport.VmState;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** VMs come and go while the router runs. */
final class ReloadIT {
    /** Requests that are under way. */
    private static final int AT_ONCE = 60;

    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench(config ->
                TestBench.with(config, TestBench.shortTimes(Duration.ofSeconds(40)), RouterLimits.defaults()));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private RouterReport.Vm report(String vm) {
        return bench.router.report().vms().stream()
                .filter(each -> each.name().equals(vm))
                .findFirst()
                .orElse(null);
    }

    private VmState state(String vm) {
        RouterReport.Vm report = report(vm);
        return report == null ? null : report.state();
    }

    @Test
    void vms_come_and_go_in_a_loop_under_load_without_an_error_or_a_resubmission() throws Exception {
        List<TestVm> all = bench.vms();
        Random random = new Random(5);
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int round = 0; round < 60; round++) {
            for (int i = 0; i < 30; i++) {
                answers.add(bench.post("/transfers", round + "-" + i, "1"));
            }
            answers.get(Math.max(0, answers.size() - AT_ONCE)).join();
            // One of each site stays from one round to the next, as with any rolling change.
            TestVm gone = all.get(random.nextInt(all.size()));
            TestVm other = all.get(all.indexOf(gone) ^ 1);
            bench.reload(config -> {
                if (config.remove(gone.name)) {
                    config.remove(other.name);
                    config.vms.add(other.config());
                } else {
                    config.vms.add(gone.config());
                }
            });
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);

        assertThat(answers).allMatch(answer -> answer.join().statusCode() == 201);
        assertThat(answers)
                .allMatch(answer -> header(answer.join(), "Gemel-Outcome").equals("executed"));
        assertThat(bench.router.report().resubmitted()).isZero();
        assertThat(bench.router.report().retried()).isZero();
        assertThat(bench.router.report().vms()).allMatch(vm -> vm.deaths() == 0);
    }

    @Test
    void a_vm_that_is_added_gets_its_share_and_one_that_is_removed_nothing_new() throws Exception {
        try (TestVm e3 = new TestVm(bench.vertx, "e3", "east", "host-5", bench.east.ledger)) {
            assertThat(bench.reload(config -> config.vms.add(e3.config()))).isEqualTo("1 applied: vm.e3 (new)");
            await().until(() -> state("e3") == VmState.ALIVE);
            await().until(() -> {
                bench.post("/transfers", "more " + System.nanoTime(), "1").get();
                return !e3.received.isEmpty();
            });

            assertThat(bench.reload(config -> config.remove("e3"))).isEqualTo("1 applied: vm.e3 (gone)");
            int before = e3.received.size();
            for (int i = 0; i < 50; i++) {
                assertThat(bench.post("/transfers", "after " + i, "1").get().statusCode())
                        .isEqualTo(201);
            }
            assertThat(e3.received).hasSize(before);
            await().until(() -> report("e3") == null);
            assertThat(bench.admin("GET", "/metrics").body()).doesNotContain("vm=\"e3\"");
        }
    }

    @Test
    void a_removed_vm_ends_what_it_has_in_hand_and_is_then_forgotten() throws Exception {
        CompletableFuture<HttpResponse<String>> kept = keptAt(bench.e1, "k1");
        bench.reload(config -> config.remove("e1"));

        assertThat(state("e1")).isEqualTo(VmState.DRAINING);
        assertThat(report("e1").reason()).contains("was removed");
        assertThat(header(bench.post("/transfers", "k2", "1").get(), "Gemel-Vm"))
                .isNotEqualTo("e1");
        Thread.sleep(1500); // longer than one without requests is looked at
        assertThat(report("e1").inFlight()).isEqualTo(1);

        bench.e1.release();
        assertThat(kept.get().statusCode()).isEqualTo(201);
        assertThat(header(kept.get(), "Gemel-Vm")).isEqualTo("e1");
        assertThat(header(kept.get(), "Gemel-Attempts")).isEqualTo("1");
        await().until(() -> report("e1") == null);
        bench.e1.kill();
        assertThat(bench.east.asked).noneMatch(asked -> asked.contains("terminate"));
        assertThat(bench.router.report().resubmitted()).isZero();
    }

    @Test
    void a_removed_vm_that_ends_with_nothing_in_hand_is_no_death() throws Exception {
        bench.reload(config -> config.remove("e1"));
        bench.e1.kill();
        await().until(() -> report("e1") == null);

        assertThat(bench.east.asked).noneMatch(asked -> asked.contains("terminate"));
    }

    @Test
    void a_removed_vm_that_dies_with_work_in_hand_is_a_death_and_the_work_is_taken_up() throws Exception {
        CompletableFuture<HttpResponse<String>> kept = keptAt(bench.e1, "k1");
        bench.reload(config -> config.remove("e1"));
        bench.e1.kill();

        assertThat(kept.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode())
                .isEqualTo(201);
        assertThat(header(kept.get(), "Gemel-Vm")).isNotEqualTo("e1");
        assertThat(bench.east.ledger.effectsOf("k1") + bench.west.ledger.effectsOf("k1"))
                .isEqualTo(1);
    }

    @Test
    void a_removed_vm_that_freezes_with_work_in_hand_is_found_dead_and_its_sessions_are_ended() throws Exception {
        CompletableFuture<HttpResponse<String>> kept = keptAt(bench.e1, "k1");
        bench.reload(config -> config.remove("e1"));
        bench.e1.manner = Manner.FREEZE;

        assertThat(kept.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode())
                .isEqualTo(201);
        await().until(() -> bench.east.asked.stream().anyMatch(asked -> asked.contains("terminate?vm=e1")));
        await().until(() -> report("e1") == null);
    }

    @Test
    void another_url_is_another_vm_under_the_old_name() throws Exception {
        CompletableFuture<HttpResponse<String>> kept = keptAt(bench.e1, "k1");
        try (TestVm moved = new TestVm(bench.vertx, "e1", "east", "host-1", bench.east.ledger)) {
            assertThat(bench.reload(config -> {
                        config.remove("e1");
                        config.vms.add(moved.config());
                    }))
                    .contains("vm.e1.url");
            await().until(() -> state("e1") == VmState.ALIVE);
            assertThat(report("e1").inFlight()).as("it is the other one's").isZero();
            await().until(() -> {
                bench.post("/transfers", "more " + System.nanoTime(), "1").get();
                return !moved.received.isEmpty();
            });

            bench.e1.release();
            assertThat(kept.get().statusCode()).isEqualTo(201);
            assertThat(bench.router.report().resubmitted()).isZero();
        }
    }

    @Test
    void a_vm_that_stays_keeps_what_is_known_of_it() throws Exception {
        assertThat(bench.admin("POST", "/drain?vm=e2").statusCode()).isEqualTo(200);
        CompletableFuture<HttpResponse<String>> kept = keptAt(bench.e1, "k1");
        bench.reload(config -> {
            config.remove("w2");
            config.remove("e1");
            config.vms.add(new RouterConfig.Vm(
                    "e1",
                    bench.e1.config().url(),
                    bench.e1.config().site(),
                    "host-9",
                    1,
                    bench.e1.config().heartbeatUrl()));
        });

        assertThat(report("e1").host()).isEqualTo("host-9");
        assertThat(state("e1")).as("not heard anew").isEqualTo(VmState.ALIVE);
        assertThat(report("e1").inFlight()).isEqualTo(1);
        assertThat(state("e2")).as("still drained").isEqualTo(VmState.DRAINING);
        assertThat(header(bench.post("/transfers", "k2", "1").get(), "Gemel-Vm"))
                .as("one at once, says the configuration now")
                .isEqualTo("w1");
        bench.e1.release();
        assertThat(kept.get().statusCode()).isEqualTo(201);
    }

    @Test
    void a_vm_that_is_named_again_before_it_has_ended_what_it_had_is_the_same() throws Exception {
        CompletableFuture<HttpResponse<String>> kept = keptAt(bench.e1, "k1");
        bench.reload(config -> config.remove("e1"));
        bench.reload(config -> config.vms.add(bench.e1.config()));

        assertThat(report("e1").inFlight()).isEqualTo(1);
        assertThat(state("e1")).isEqualTo(VmState.ALIVE);
        bench.e1.release();
        assertThat(kept.get().statusCode()).isEqualTo(201);
        await().until(() -> report("e1").inFlight() == 0);
        assertThat(bench.router.report().vms()).hasSize(4);
    }

    @Test
    void a_request_that_waits_for_a_vm_gets_one_that_is_added() throws Exception {
        bench.vms().forEach(vm -> vm.open = false);
        await().until(() -> !bench.router.report().ready());
        bench.reload(config -> config.times = TestBench.longWait(Duration.ofSeconds(30)));
        CompletableFuture<HttpResponse<String>> waiting = bench.post("/transfers", "k1", "1");
        await().until(() -> bench.router.report().waiting() == 1);
        try (TestVm e3 = new TestVm(bench.vertx, "e3", "east", "host-5", bench.east.ledger)) {
            bench.reload(config -> config.vms.add(e3.config()));

            assertThat(header(waiting.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS), "Gemel-Vm"))
                    .isEqualTo("e3");
        }
    }

    @Test
    void connections_to_a_removed_vm_are_closed() throws Exception {
        bench.reload(config ->
                config.times = TestTimes.changed(config.times, times -> times.vmIdleTimeout = Duration.ofSeconds(1)));
        bench.post("/transfers", "k1", "1").get();
        bench.reload(config -> config.remove("e1"));

        await().until(() -> bench.e1.connections.get() == 0);
        await().until(() -> bench.e2.connections.get() > 0); // it is asked for heartbeats
    }

    /** A submission that this VM of the east has and does not answer before it is released. */
    private CompletableFuture<HttpResponse<String>> keptAt(TestVm vm, String key) {
        TestVm other = vm == bench.e1 ? bench.e2 : bench.e1;
        other.open = false;
        await().until(() -> state(other.name) == VmState.UNFIT || state(other.name) == VmState.DRAINING);
        vm.manner = Manner.KEEP;
        CompletableFuture<HttpResponse<String>> kept = bench.post("/transfers", key, "1");
        await().until(() -> vm.received.contains(key));
        vm.manner = Manner.ANSWER;
        other.open = true;
        await().until(() -> state(other.name) == VmState.ALIVE || state(other.name) == VmState.DRAINING);
        return kept;
    }
}
