package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Submissions whose VM goes wrong. */
final class ResubmissionIT {
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

    /** Sends one to e1, which treats it so; then e2 may have it, too. */
    private HttpResponse<String> sendOverE1(Manner manner, String key) throws Exception {
        bench.e2.open = false;
        await().until(() -> state("e2") == RouterReport.VmState.UNFIT);
        bench.e1.next(manner);
        bench.e1.closesThen = true;
        bench.e1.once = manner != Manner.FREEZE;
        bench.e1.whenReceived = () -> bench.e2.open = true;
        return bench.post("/transfers", key, "42").get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private RouterReport.VmState state(String vm) {
        return bench.router.report().vms().stream()
                .filter(each -> each.name().equals(vm))
                .findFirst()
                .orElseThrow()
                .state();
    }

    @ParameterizedTest
    @EnumSource(
            value = Manner.class,
            names = {"BREAK_BEFORE", "BREAK_AFTER", "DIE", "DIE_AFTER", "UNKNOWN", "FREEZE"})
    void what_may_have_happened_is_sent_to_another_vm_of_the_site_and_happens_once(Manner manner) throws Exception {
        HttpResponse<String> answer = sendOverE1(manner, "k1");

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(header(answer, "Gemel-Vm")).isEqualTo("e2");
        assertThat(header(answer, "Gemel-Attempts")).isEqualTo("2");
        assertThat(header(answer, "Gemel-Outcome")).isIn("executed", "replayed");
        assertThat(bench.east.ledger.effectsOf("k1")).isEqualTo(1);
        assertThat(bench.west.ledger.effects()).isZero();
        assertThat(bench.router.report().resubmitted()).isEqualTo(1);
        long first = Long.parseLong(bench.e1.heads.get(0).getString("gemel-attempt"));
        long second = Long.parseLong(bench.e2.heads.get(0).getString("gemel-attempt"));
        assertThat(second).isGreaterThan(first);
    }

    @ParameterizedTest
    @EnumSource(
            value = Manner.class,
            names = {"DRAINING", "CLOSED", "UNREACHABLE", "RETRY", "FAILED"})
    void what_certainly_did_not_happen_is_sent_again(Manner manner) throws Exception {
        bench.e1.next(manner);
        bench.e2.next(manner);
        HttpResponse<String> answer = bench.post("/transfers", "k1", "42").get();

        assertThat(answer.statusCode()).isEqualTo(manner == Manner.FAILED ? 500 : 201);
        assertThat(bench.router.report().resubmitted()).isZero();
        assertThat(bench.router.report().retried()).isPositive();
    }

    @Test
    void a_rejection_is_final_and_so_is_its_repetition() throws Exception {
        bench.e1.manner = Manner.REJECT;
        bench.e2.manner = Manner.REJECT;
        HttpResponse<String> first = bench.post("/transfers", "k1", "42").get();
        HttpResponse<String> second = bench.post("/transfers", "k1", "42").get();

        assertThat(first.statusCode()).isEqualTo(409);
        assertThat(header(first, "Gemel-Outcome")).isEqualTo("rejected");
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(bench.router.report().rejected()).isEqualTo(2);
    }

    @Test
    void what_comes_too_late_for_its_deadline_did_not_happen() throws Exception {
        bench.e1.manner = Manner.LATE;
        bench.e2.manner = Manner.LATE;
        HttpResponse<String> answer = bench.post("/transfers", "k1", "42").get();

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.headers().firstValue("Gemel-Outcome")).isEmpty();
    }

    @Test
    void a_key_over_which_vms_of_both_sites_died_is_not_sent_anywhere_until_it_is_released() throws Exception {
        bench.vms().forEach(vm -> vm.manner = Manner.DIE);
        HttpResponse<String> answer = bench.post("/transfers", "k1", "42").get();
        HttpResponse<String> again = bench.post("/transfers", "k1", "42").get();

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(header(answer, "Retry-After")).isEqualTo("60");
        assertThat(header(answer, "Gemel-Outcome")).isEqualTo("in-doubt");
        assertThat(answer.body()).contains("k1");
        assertThat(again.statusCode()).isEqualTo(503);
        assertThat(bench.receipts("k1")).isEqualTo(3);
        assertThat(bench.admin("GET", "/quarantine").body()).contains("\"key\":\"k1\"");

        bench.vms().forEach(vm -> vm.manner = Manner.ANSWER);
        assertThat(bench.post("/transfers", "k2", "42").get().statusCode()).isEqualTo(201);
        assertThat(bench.admin("POST", "/release?key=k1").statusCode()).isEqualTo(200);
        assertThat(bench.admin("POST", "/release?key=k1").statusCode()).isEqualTo(400);
        assertThat(bench.post("/transfers", "k1", "42").get().statusCode()).isEqualTo(201);
        assertThat(bench.admin("GET", "/quarantine").body()).isEqualTo("[]\n");
    }

    @Test
    void a_vm_without_the_library_is_asked_once() throws Exception {
        bench.vms().forEach(vm -> vm.library = false);
        await().until(() ->
                bench.router.report().vms().stream().noneMatch(vm -> vm.reason().isEmpty()));
        bench.vms().forEach(vm -> vm.manner = Manner.BREAK_BEFORE);
        HttpResponse<String> answer = bench.post("/transfers", "k1", "42").get();

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(header(answer, "Gemel-Outcome")).isEqualTo("in-doubt");
        assertThat(bench.receipts("k1")).isEqualTo(1);
    }

    /** The row that an endpoint writes past the ledger would be there twice. */
    @Test
    void a_path_that_is_not_known_to_keep_the_ledger_is_asked_once() throws Exception {
        bench.vms().forEach(vm -> vm.submissions = List.of("/transfers"));
        await().until(() ->
                bench.router.report().vms().stream().allMatch(vm -> vm.state() == RouterReport.VmState.ALIVE)
                        && breakOnce("/transfersx", "k-" + System.nanoTime()).statusCode() == 502);
        HttpResponse<String> known = breakOnce("/transfers/7", "k0");
        HttpResponse<String> elsewhere = breakOnce("/transfersx", "k1");
        HttpResponse<String> routed = breakOnce("/kept/7", "k2");

        assertThat(known.statusCode()).isEqualTo(201);
        assertThat(bench.receipts("k0")).isEqualTo(2);
        assertThat(elsewhere.statusCode()).isEqualTo(502);
        assertThat(header(elsewhere, "Gemel-Outcome")).isEqualTo("in-doubt");
        assertThat(bench.receipts("k1")).isEqualTo(1);
        assertThat(routed.statusCode()).isEqualTo(201);
        assertThat(bench.receipts("k2")).isEqualTo(2);
    }

    /** Whichever VM gets it first breaks it off once it has run it. */
    private HttpResponse<String> breakOnce(String path, String key) throws Exception {
        bench.vms().forEach(vm -> vm.breaks.add(key));
        return bench.post(path, key, "42").get();
    }

    @Test
    void a_get_goes_to_another_vm_until_one_answers() throws Exception {
        bench.e1.next(Manner.BREAK_BEFORE);
        bench.e2.next(Manner.BREAK_BEFORE);
        HttpResponse<String> answer = bench.get("/accounts/1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Gemel-Outcome")).isEmpty();
    }

    @Test
    void a_get_that_every_vm_broke_off_is_not_waited_for() throws Exception {
        bench.close();
        bench = new TestBench(
                config -> TestBench.with(config, TestBench.longWait(Duration.ofSeconds(30)), RouterLimits.defaults()));
        bench.vms().forEach(vm -> vm.manner = Manner.BREAK_BEFORE);
        HttpResponse<String> answer = bench.get("/accounts/1");

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(bench.receipts("null")).isEqualTo(4);
    }

    @Test
    void the_only_vm_is_asked_again_when_its_connection_broke_and_it_lives() throws Exception {
        bench.e2.open = false;
        bench.w1.open = false;
        bench.w2.open = false;
        await().until(() -> state("e2") == RouterReport.VmState.UNFIT
                && state("w1") == RouterReport.VmState.UNFIT
                && state("w2") == RouterReport.VmState.UNFIT);
        for (Manner manner : List.of(Manner.BREAK_BEFORE, Manner.BREAK_AFTER)) {
            bench.e1.next(manner);
            HttpResponse<String> answer =
                    bench.post("/transfers", manner.name(), "42").get();

            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(header(answer, "Gemel-Vm")).isEqualTo("e1");
            assertThat(header(answer, "Gemel-Attempts")).isEqualTo("2");
            assertThat(bench.east.ledger.effectsOf(manner.name())).isEqualTo(1);
        }
    }

    @Test
    void a_submission_in_doubt_stays_at_its_site_until_its_tries_are_used_up() throws Exception {
        bench.e1.manner = Manner.UNKNOWN;
        bench.e2.manner = Manner.UNKNOWN;
        HttpResponse<String> answer = bench.post("/transfers", "k1", "42").get();

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(header(answer, "Gemel-Outcome")).isEqualTo("in-doubt");
        assertThat(header(answer, "Retry-After")).isNotEmpty();
        assertThat(bench.receipts("k1")).isEqualTo(RouterLimits.defaults().attemptsMax());
        assertThat(bench.w1.received).isEmpty();

        bench.e1.manner = Manner.ANSWER;
        bench.e2.manner = Manner.ANSWER;
        HttpResponse<String> again = bench.post("/transfers", "k1", "42").get();
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(header(again, "Gemel-Site")).isEqualTo("east");
    }

    @Test
    void fifty_at_once_with_one_key_run_it_once() {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(bench.post("/transfers", "k1", "42"));
        }
        assertThat(answers.stream().map(answer -> answer.join().body()).distinct())
                .hasSize(1);
        assertThat(answers.stream().map(CompletableFuture::join)).allMatch(answer -> answer.statusCode() == 201);
        assertThat(bench.east.ledger.effectsOf("k1")).isEqualTo(1);
        assertThat(bench.west.ledger.effects()).isZero();
    }
}
