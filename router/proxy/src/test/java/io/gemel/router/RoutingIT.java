package io.gemel.router;

import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

/** Requests on their way to VMs that are well. */
final class RoutingIT {
    @Test
    void a_submission_runs_at_the_routers_own_site_and_its_answer_names_where() throws Exception {
        try (TestBench bench = new TestBench()) {
            HttpResponse<String> answer =
                    bench.post("/transfers?x=1", "k1", "42").get();

            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(answer.body()).startsWith("done by e").endsWith(": 42");
            assertThat(header(answer, "Gemel-Outcome")).isEqualTo("executed");
            assertThat(header(answer, "Gemel-Site")).isEqualTo("east");
            assertThat(header(answer, "Gemel-Vm")).startsWith("e");
            assertThat(header(answer, "Gemel-Attempts")).isEqualTo("1");
            assertThat(header(answer, "Gemel-Durability")).isEqualTo("local");
            assertThat(header(answer, "Idempotency-Key")).isEqualTo("k1");
            assertThat(bench.east.ledger.effectsOf("k1")).isEqualTo(1);
        }
    }

    @Test
    void a_repeated_key_gets_the_stored_answer_and_another_request_under_it_is_refused() throws Exception {
        try (TestBench bench = new TestBench()) {
            HttpResponse<String> first = bench.post("/transfers", "k1", "42").get();
            HttpResponse<String> second = bench.post("/transfers", "k1", "42").get();
            HttpResponse<String> other = bench.post("/transfers", "k1", "43").get();

            assertThat(second.body()).isEqualTo(first.body());
            assertThat(header(second, "Gemel-Outcome")).isEqualTo("replayed");
            assertThat(other.statusCode()).isEqualTo(422);
        }
    }

    @Test
    void an_unsafe_request_without_a_key_gets_one_and_a_get_gets_none() throws Exception {
        try (TestBench bench = new TestBench()) {
            HttpResponse<String> post = bench.client.send(
                    bench.request("/transfers")
                            .POST(BodyPublishers.ofString("1"))
                            .build(),
                    BodyHandlers.ofString());
            HttpResponse<String> get = bench.get("/accounts/1");

            assertThat(header(post, "Idempotency-Key")).hasSize(32);
            assertThat(get.statusCode()).isEqualTo(200);
            assertThat(get.headers().firstValue("Idempotency-Key")).isEmpty();
        }
    }
}
