package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterReport.SiteState;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Submissions that may have been committed at a site that can do no more. */
final class SiteLossIT {
    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench();
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private SiteState east() {
        return bench.router.report().sites().stream()
                .filter(site -> site.name().equals("east"))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private void keepEast() {
        bench.e1.manner = Manner.KEEP;
        bench.e2.manner = Manner.KEEP;
    }

    /** First the one that has nothing: a request that was at both when they died would be quarantined, and rightly so. */
    private void killVmsOfEast() {
        TestVm holder = bench.e1.received.isEmpty() ? bench.e2 : bench.e1;
        TestVm other = holder == bench.e1 ? bench.e2 : bench.e1;
        other.kill();
        await().until(() -> bench.router.report().vms().stream()
                .anyMatch(vm -> vm.name().equals(other.name) && vm.state() == RouterReport.VmState.DEAD));
        holder.kill();
    }

    @Test
    void when_a_whole_site_is_lost_its_work_is_taken_up_at_the_other_after_the_barrier() throws Exception {
        keepEast();
        CompletableFuture<HttpResponse<String>> answer = bench.post("/transfers", "k1", "42");
        await().until(() -> bench.receipts("k1") == 1);
        bench.west.barrier = false;
        bench.east.close();
        killVmsOfEast();

        await().until(() -> east() == SiteState.DOWN);
        await().until(() -> bench.west.asked.stream().anyMatch(asked -> asked.contains("barrier")));
        assertThat(answer).isNotDone();
        assertThat(bench.w1.received).isEmpty();
        bench.west.barrier = true;

        HttpResponse<String> got = answer.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(got.statusCode()).isEqualTo(201);
        assertThat(header(got, "Gemel-Site")).isEqualTo("west");
        assertThat(bench.west.ledger.effectsOf("k1")).isEqualTo(1);
    }

    @Test
    void new_requests_go_to_the_other_site_without_waiting_for_a_verdict() throws Exception {
        bench.close();
        bench = new TestBench(
                config -> TestBench.with(config, TestBench.withoutVerdictOnSites(), RouterLimits.defaults()));
        killVmsOfEast();
        HttpResponse<String> got =
                bench.post("/transfers", "k1", "42").get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);

        assertThat(got.statusCode()).isEqualTo(201);
        assertThat(header(got, "Gemel-Site")).isEqualTo("west");
    }

    @Test
    void when_only_the_vms_of_a_site_are_lost_its_database_is_asked_before_work_crosses() throws Exception {
        keepEast();
        CompletableFuture<HttpResponse<String>> answer = bench.post("/transfers", "k1", "42");
        await().until(() -> bench.receipts("k1") == 1);
        killVmsOfEast();

        assertThat(answer.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode())
                .isEqualTo(201);
        assertThat(east()).isEqualTo(SiteState.STRANDED);
        assertThat(bench.east.asked).anyMatch(asked -> asked.contains("terminate?vm=e1"));
        assertThat(bench.east.asked).anyMatch(asked -> asked.contains("terminate?vm=e2"));
        assertThat(bench.east.asked).anyMatch(asked -> asked.contains("durable?level=shipped"));
        assertThat(bench.west.asked).anyMatch(asked -> asked.contains("barrier?origin=east"));
    }

    @Test
    void work_does_not_cross_while_the_lost_vms_commits_are_not_shipped() throws Exception {
        keepEast();
        bench.east.durable = false;
        CompletableFuture<HttpResponse<String>> answer = bench.post("/transfers", "k1", "42");
        await().until(() -> bench.receipts("k1") == 1);
        killVmsOfEast();
        await().until(() -> bench.east.asked.stream()
                        .filter(asked -> asked.contains("durable?level=shipped"))
                        .count()
                >= 2);

        assertThat(answer).isNotDone();
        assertThat(bench.west.ledger.effects()).isZero();
        bench.east.durable = true;
        assertThat(answer.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode())
                .isEqualTo(201);
    }

    @Test
    void sessions_of_a_dead_vm_are_ended_once_while_the_other_site_cannot_take_over() throws Exception {
        bench.west.barrier = false;
        killVmsOfEast();
        await().until(() -> bench.west.asked.stream()
                        .filter(asked -> asked.contains("barrier?origin=east"))
                        .count()
                >= 5);

        for (String vm : List.of("e1", "e2")) {
            assertThat(bench.east.asked)
                    .filteredOn(asked -> asked.contains("terminate?vm=" + vm + "&olderThanMillis="))
                    .hasSize(1);
        }
    }

    @Test
    void an_operators_word_counts_as_a_lost_site_until_it_is_taken_back() throws Exception {
        assertThat(bench.admin("POST", "/down?site=east").statusCode()).isEqualTo(200);
        await().until(() -> east() == SiteState.DOWN);
        HttpResponse<String> got = bench.post("/transfers", "k1", "42").get();
        assertThat(header(got, "Gemel-Site")).isEqualTo("west");

        assertThat(bench.admin("POST", "/undrain?site=east").statusCode()).isEqualTo(200);
        await().until(() -> east() == SiteState.UP);
        HttpResponse<String> back = bench.post("/transfers", "k2", "42").get();
        assertThat(header(back, "Gemel-Site")).isEqualTo("east");
    }

    @Test
    void a_site_that_returns_gets_requests_once_its_gate_is_open() throws Exception {
        bench.east.close();
        killVmsOfEast();
        await().until(() -> east() == SiteState.DOWN);
        bench.e1.open = false;
        bench.e2.open = false;
        bench.east.start();
        bench.e1.start();
        bench.e2.start();
        await().until(() -> east() == SiteState.UP);
        assertThat(header(bench.post("/transfers", "k1", "42").get(), "Gemel-Site"))
                .isEqualTo("west");

        bench.e1.open = true;
        bench.e2.open = true;
        await().until(() -> header(
                        bench.post("/transfers", "k-" + System.nanoTime(), "42").get(), "Gemel-Site")
                .equals("east"));
    }

    @Test
    void when_vms_lose_their_database_nothing_is_sent_to_them() throws Exception {
        bench.e1.databaseUp = false;
        bench.e2.databaseUp = false;
        await().until(() -> bench.router.report().vms().stream()
                        .filter(vm -> vm.state() == RouterReport.VmState.UNFIT)
                        .count()
                == 2);
        assertThat(header(bench.post("/transfers", "k1", "42").get(), "Gemel-Site"))
                .isEqualTo("west");
    }
}
