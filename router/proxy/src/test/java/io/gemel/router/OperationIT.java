package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterFigures;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterPart;
import io.gemel.router.api.RouterReport;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Durability, drains, queries, bounds and figures. */
final class OperationIT {
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

    @Test
    void a_vm_that_says_what_a_person_must_mend_is_quoted() {
        bench.e1.open = false;
        bench.e1.problem = "the ledger is not there: run 'gemel prepare'";
        await().until(() -> bench.router.report().vms().stream()
                .anyMatch(vm -> vm.name().equals("e1")
                        && vm.state() == RouterReport.VmState.UNFIT
                        && vm.reason().equals("it says: the ledger is not there: run 'gemel prepare'")));
    }

    @Test
    void a_route_awaits_its_level_and_a_request_may_ask_for_another() throws Exception {
        HttpResponse<String> shipped = bench.post("/shipped/x", "k1", "1").get();
        HttpResponse<String> applied = bench.client.send(
                bench.request("/transfers")
                        .header("Gemel-Durability", "applied")
                        .POST(BodyPublishers.ofString("1"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(header(shipped, "Gemel-Durability")).isEqualTo("shipped");
        assertThat(header(applied, "Gemel-Durability")).isEqualTo("applied");
        assertThat(bench.east.asked).anyMatch(asked -> asked.contains("level=applied"));
    }

    @Test
    void what_is_parked_at_the_other_site_is_not_passed_off_as_applied() throws Exception {
        bench.west.parkedKey = "k 1";
        HttpResponse<String> parked = applied("k 1");
        HttpResponse<String> other = applied("k2");

        assertThat(parked.statusCode()).isEqualTo(504);
        assertThat(header(parked, "Gemel-Outcome")).isEqualTo("executed");
        assertThat(header(parked, "Gemel-Durability")).isEqualTo("local");
        assertThat(parked.body()).contains("not known to be applied at west");
        assertThat(header(other, "Gemel-Durability")).isEqualTo("applied");
        assertThat(bench.east.ledger.effectsOf("k 1") + bench.west.ledger.effectsOf("k 1"))
                .isEqualTo(1);

        bench.west.parkedKey = "";
        HttpResponse<String> again = applied("k 1");
        assertThat(header(again, "Gemel-Outcome")).isEqualTo("replayed");
        assertThat(header(again, "Gemel-Durability")).isEqualTo("applied");
    }

    private HttpResponse<String> applied(String key) throws Exception {
        return bench.client.send(
                bench.request("/transfers")
                        .header("Idempotency-Key", key)
                        .header("Gemel-Durability", "applied")
                        .POST(BodyPublishers.ofString("1"))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void a_level_may_be_waited_for_longer_than_site_processes_wait_at_a_time() throws Exception {
        bench.close();
        bench = new TestBench(config -> TestBench.with(
                config, TestBench.shortTimes(Duration.ofSeconds(40), Duration.ofMinutes(2)), RouterLimits.defaults()));

        assertThat(header(
                        bench.post("/shipped/x", "k1", "1").get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS),
                        "Gemel-Durability"))
                .isEqualTo("shipped");
        assertThat(header(applied("k2"), "Gemel-Durability")).isEqualTo("applied");
    }

    @Test
    void a_level_that_is_not_reached_in_time_is_said_and_never_passed_off_as_reached() throws Exception {
        bench.east.durable = false;
        HttpResponse<String> answer = bench.post("/shipped/x", "k1", "1").get();

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(header(answer, "Gemel-Outcome")).isEqualTo("executed");
        assertThat(header(answer, "Gemel-Durability")).isEqualTo("local");
        assertThat(answer.body()).contains("committed at east").contains("not shipped");

        bench.east.durable = true;
        HttpResponse<String> again = bench.post("/shipped/x", "k1", "1").get();
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(header(again, "Gemel-Outcome")).isEqualTo("replayed");
    }

    @Test
    void every_vm_can_be_drained_in_turn_under_load_without_an_error_or_a_resubmission() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (TestVm vm : bench.vms()) {
            for (int i = 0; i < 40; i++) {
                answers.add(bench.post("/transfers", vm.name + i, "1"));
            }
            HttpResponse<String> drained = bench.admin("POST", "/drain?vm=" + vm.name);
            assertThat(drained.statusCode()).as(drained.body()).isEqualTo(200);
            int before = vm.received.size();
            for (int i = 40; i < 80; i++) {
                answers.add(bench.post("/transfers", vm.name + i, "1"));
            }
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                    .get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(vm.draining).isTrue();
            assertThat(vm.received).hasSize(before);
            assertThat(bench.admin("POST", "/undrain?vm=" + vm.name).statusCode())
                    .isEqualTo(200);
            await().until(() ->
                    bench.router.report().vms().stream().allMatch(each -> each.state() == RouterReport.VmState.ALIVE));
        }
        assertThat(answers).allMatch(answer -> answer.join().statusCode() == 201);
        assertThat(bench.router.report().resubmitted()).isZero();
        assertThat(bench.router.report().retried()).isZero();
    }

    @Test
    void a_drain_waits_for_what_runs() throws Exception {
        bench.e2.open = false;
        await().until(() ->
                bench.router.report().vms().stream().anyMatch(vm -> vm.state() == RouterReport.VmState.UNFIT));
        bench.e1.manner = Manner.KEEP;
        CompletableFuture<HttpResponse<String>> kept = bench.post("/transfers", "k1", "1");
        await().until(() -> bench.receipts("k1") == 1);
        CompletableFuture<String> drain = bench.router
                .drain(new RouterPart(RouterPart.Kind.VM, "e1"), false)
                .toCompletableFuture();
        await().until(() -> bench.e1.draining);

        assertThat(drain).isNotDone();
        assertThat(kept).isNotDone();
        bench.e1.release();
        assertThat(kept.get().statusCode()).isEqualTo(201);
        assertThat(drain.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS)).contains("e1");
    }

    @Test
    void the_last_vms_are_not_drained_unless_forced() throws Exception {
        assertThat(bench.admin("POST", "/drain?site=west").statusCode()).isEqualTo(200);
        HttpResponse<String> refused = bench.admin("POST", "/drain?site=east");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("no VM would remain");
        assertThat(bench.admin("POST", "/drain?vm=nobody").statusCode()).isEqualTo(409);
        assertThat(bench.admin("POST", "/drain").statusCode()).isEqualTo(400);
    }

    @Test
    void a_drained_sites_earlier_keys_are_answered_at_the_other_site_after_the_barrier() throws Exception {
        bench.post("/transfers", "k1", "1").get();
        bench.west.ledger.copyFrom(bench.east.ledger);
        assertThat(bench.admin("POST", "/drain?site=east").statusCode()).isEqualTo(200);
        HttpResponse<String> again = bench.post("/transfers", "k1", "1").get();

        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(header(again, "Gemel-Outcome")).isEqualTo("replayed");
        assertThat(header(again, "Gemel-Site")).isEqualTo("west");
        assertThat(bench.west.asked).anyMatch(asked -> asked.contains("barrier?origin=east"));
    }

    @Test
    void the_outcome_of_a_key_is_told_and_can_be_fenced() throws Exception {
        bench.post("/transfers", "k1", "1").get();

        assertThat(bench.get("/gemel/outcome/k1").body()).contains("executed");
        assertThat(bench.get("/gemel/outcome/%22k1%22").body()).contains("executed");
        assertThat(header(bench.post("/transfers", "\"k1\"", "1").get(), "Gemel-Outcome"))
                .isEqualTo("replayed");
        assertThat(bench.get("/gemel/outcome/k2").body()).contains("unknown");
        assertThat(bench.get("/gemel/outcome/k2?fence=true").statusCode()).isEqualTo(405);
        assertThat(close("k2", "Bearer guessed").statusCode()).isEqualTo(403);
        assertThat(bench.get("/gemel/outcome/k2").body()).contains("unknown");
        assertThat(close("k2", "Bearer admin").body()).contains("fenced");
        assertThat(bench.vms().stream().flatMap(vm -> vm.heads.stream()))
                .noneMatch(head -> head.containsKey("authorization"));
        assertThat(bench.post("/transfers", "k2", "1").get().statusCode()).isEqualTo(422);
    }

    private HttpResponse<String> close(String key, String authorization) throws Exception {
        return bench.client.send(
                bench.request("/gemel/outcome/" + key)
                        .header("Authorization", authorization)
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void nobody_gets_the_answer_of_another_clients_key() throws Exception {
        assertThat(transfer("k1", "Bearer alice").body()).contains("done by");
        assertThat(transfer("k1", "Bearer bob").statusCode()).isEqualTo(422);
        assertThat(transfer("k1", null).statusCode()).isEqualTo(422);
        assertThat(header(transfer("k1", "Bearer alice"), "Gemel-Outcome")).isEqualTo("replayed");
    }

    private HttpResponse<String> transfer(String key, String authorization) throws Exception {
        HttpRequest.Builder request =
                bench.request("/transfers").header("Idempotency-Key", key).POST(BodyPublishers.ofString("1"));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return bench.client.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void a_vm_sees_whose_request_it_is_and_none_of_the_headers_that_clients_may_not_set() throws Exception {
        bench.client.send(
                bench.request("/transfers")
                        .header("Idempotency-Key", "k1")
                        .header("Gemel-Attempt", "1")
                        .header("Gemel-Deadline", "1")
                        .header("X-Forwarded-For", "6.6.6.6")
                        .header("Forwarded", "for=6.6.6.6")
                        .header("TE", "trailers")
                        .header("X-Own", "kept")
                        .POST(BodyPublishers.ofString("1"))
                        .build(),
                BodyHandlers.ofString());
        var head = bench.e1.heads.isEmpty() ? bench.e2.heads.get(0) : bench.e1.heads.get(0);

        assertThat(head.getString("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(head.getString("forwarded")).startsWith("for=127.0.0.1;");
        assertThat(head.getString("te")).isNull();
        assertThat(head.getString("x-own")).isEqualTo("kept");
        assertThat(Long.parseLong(head.getString("gemel-attempt"))).isGreaterThan(1);
        assertThat(Long.parseLong(head.getString("gemel-deadline"))).isGreaterThan(System.currentTimeMillis());
        assertThat(head.getString("gemel-fingerprint")).hasSize(64);
    }

    @Test
    void a_huge_body_streams_on_a_route_that_is_not_resubmitted() throws Exception {
        String huge = "x".repeat(5 << 20);
        HttpResponse<String> answer = bench.post("/stream/up", "k1", huge).get();

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).hasSizeGreaterThan(5 << 20);
        bench.vms().forEach(vm -> vm.manner = Manner.BREAK_AFTER);
        HttpResponse<String> broken = bench.post("/stream/up", "k2", huge).get();
        assertThat(broken.statusCode()).isEqualTo(502);
        assertThat(header(broken, "Gemel-Outcome")).isEqualTo("in-doubt");
        assertThat(bench.receipts("k2")).isEqualTo(1);
    }

    @Test
    void without_any_vm_new_requests_are_turned_away_as_not_done() throws Exception {
        bench.vms().forEach(vm -> vm.open = false);
        await().until(() -> !bench.router.report().ready());
        HttpResponse<String> answer = bench.post("/transfers", "k1", "1").get();

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(header(answer, "Retry-After")).isNotEmpty();
        assertThat(answer.headers().firstValue("Gemel-Outcome")).isEmpty();
        assertThat(bench.admin("GET", "/ready").statusCode()).isEqualTo(503);
    }

    @Test
    void operators_read_figures_and_need_the_token_to_change_anything() throws Exception {
        bench.post("/transfers", "k1", "1").get();

        assertThat(bench.admin("GET", "/health").body()).isEqualTo("ok\n");
        assertThat(bench.admin("GET", "/status").body())
                .contains("\"router\":\"east-1\"")
                .contains("\"requests\":1");
        String metrics = bench.admin("GET", "/metrics").body();
        assertThat(RouterFigures.ALL.metrics()).allMatch(metric -> metrics.contains("# TYPE " + metric.name() + " "));
        assertThat(metrics).contains("gemel_router_requests_total{router=\"east-1\"} 1");
        String series = "\\{router=\"east-1\",route=\"/\",vm=\"e[12]\",code=\"2xx\"";
        assertThat(metrics)
                .containsPattern("gemel_router_request_duration_seconds_bucket" + series + ",le=\"\\+Inf\"\\} 1\n")
                .containsPattern("gemel_router_request_duration_seconds_count" + series + "\\} 1\n")
                .containsPattern(
                        "gemel_router_attempt_duration_seconds_count.*vm=\"e[12]\",ending=\"answered\"\\} \\d+\n");
        HttpResponse<String> refused = bench.client.send(
                java.net.http.HttpRequest.newBuilder(
                                java.net.URI.create("http://127.0.0.1:" + bench.router.adminPort() + "/drain?vm=e1"))
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(bench.e1.draining).isFalse();
    }
}
