package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the application refuses, and may do when it is asked again. */
final class DeclinedIT {
    private static final int MANY = 50;

    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench();
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private HttpResponse<String> order() throws Exception {
        return bench.post("/transfers", "k1", "42").get();
    }

    /** The router's own site takes nothing new. */
    private void drainEast() {
        bench.e1.draining = true;
        bench.e2.draining = true;
        await().until(() -> bench.router.report().vms().stream()
                .filter(vm -> vm.site().equals("east"))
                .allMatch(vm -> vm.state() == RouterReport.VmState.DRAINING));
    }

    private static void assertDeclined(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(header(answer, "Gemel-Outcome")).isEqualTo("declined");
        assertThat(answer.body()).isEqualTo("no such customer");
    }

    private static long number(JsonObject head, String name) {
        return Long.parseLong(head.getString(name));
    }

    @Test
    void is_the_answer_to_one_request_and_the_next_one_is_new() throws Exception {
        bench.east.ledger.customerKnown = false;
        assertDeclined(order());
        assertThat(bench.router.report().declined()).isEqualTo(1);
        bench.east.ledger.customerKnown = true;
        assertThat(order().statusCode()).isEqualTo(201);

        List<JsonObject> heads = Stream.of(bench.e1, bench.e2)
                .flatMap(vm -> vm.heads.stream())
                .sorted((a, b) -> Long.compare(number(a, "gemel-attempt"), number(b, "gemel-attempt")))
                .toList();
        assertThat(heads).hasSize(2);
        assertThat(number(heads.get(1), "gemel-first-attempt")).isGreaterThan(number(heads.get(0), "gemel-attempt"));
        assertThat(bench.west.asked)
                .as("nothing of another site can be missing")
                .isEmpty();
    }

    @Test
    void attempts_of_one_request_say_which_was_its_first() throws Exception {
        bench.e1.next(TestVm.Manner.BREAK_BEFORE);
        bench.e2.next(TestVm.Manner.BREAK_BEFORE);
        assertThat(order().statusCode()).isEqualTo(201);

        List<JsonObject> heads =
                bench.vms().stream().flatMap(vm -> vm.heads.stream()).toList();
        assertThat(heads).hasSizeGreaterThan(1);
        assertThat(heads.stream()
                        .map(head -> head.getString("gemel-first-attempt"))
                        .distinct())
                .hasSize(1);
        assertThat(heads)
                .allSatisfy(head -> assertThat(number(head, "gemel-first-attempt"))
                        .isLessThanOrEqualTo(number(head, "gemel-attempt")));
    }

    @Test
    void away_from_the_own_site_it_is_asked_again_once_what_was_sent_from_there_is_applied() throws Exception {
        bench.west.ledger.customerKnown = false;
        bench.west.whenAskedToCatchUp = () -> bench.west.ledger.customerKnown = true;
        drainEast();

        HttpResponse<String> answer = order();
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(header(answer, "Gemel-Attempts")).isEqualTo("2");
        assertThat(bench.east.asked).anyMatch(asked -> asked.contains("durable?level=shipped"));
        assertThat(bench.west.asked).anyMatch(asked -> asked.contains("barrier?origin=east"));
        assertThat(bench.router.report().declined()).isZero();
        assertThat(bench.west.ledger.effectsOf("k1")).isEqualTo(1);
    }

    @Test
    void what_a_site_still_refuses_when_it_has_caught_up_is_refused() throws Exception {
        bench.west.ledger.customerKnown = false;
        drainEast();

        HttpResponse<String> answer = order();
        assertDeclined(answer);
        assertThat(header(answer, "Gemel-Attempts")).isEqualTo("2");
    }

    @Test
    void many_that_are_refused_share_the_questions_about_what_was_sent() throws Exception {
        bench.west.ledger.customerKnown = false;
        bench.west.holdsBarrier = true;
        drainEast();
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            answers.add(bench.post("/transfers", "many-" + i, "42"));
        }
        await().until(() -> IntStream.range(0, MANY).allMatch(i -> bench.receipts("many-" + i) == 1));
        bench.west.ledger.customerKnown = true;
        bench.west.release();

        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.get().statusCode()).isEqualTo(201);
        }
        // One that is held and one for all who came meanwhile, at each event loop.
        assertThat(bench.west.asked.stream().filter(asked -> asked.contains("barrier")))
                .hasSizeLessThanOrEqualTo(2 * RouterLimits.defaults().threads());
    }

    @Test
    void where_it_cannot_catch_up_the_refusal_is_the_answer() throws Exception {
        bench.west.ledger.customerKnown = false;
        bench.west.barrier = false;
        drainEast();

        HttpResponse<String> answer = order();
        assertDeclined(answer);
        assertThat(header(answer, "Gemel-Attempts")).isEqualTo("1");
        assertThat(bench.west.asked).anyMatch(asked -> asked.contains("barrier?origin=east"));

        bench.west.close();
        assertDeclined(order());
        assertThat(bench.router.report().declined()).isEqualTo(2);
    }
}
