package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.database.GemelSchema;
import io.gemel.deploy.embedded.TcpProxy;
import io.gemel.deploy.fixture.LedgerServer;
import io.gemel.vm.VmClient.Reply;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract for submissions and questions, one after the other. */
interface SubmissionContract {
    VmDatabase database();

    VmClient client();

    /** Between the VM and its database. */
    TcpProxy network();

    @Test
    default void fifty_posts_of_one_key_have_one_effect_and_one_answer() throws Exception {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            replies.add(client().sending("/effect", "k", "body"));
        }
        List<Reply> received = replies.stream().map(CompletableFuture::join).toList();

        assertThat(received).allSatisfy(reply -> {
            assertThat(reply.status()).isEqualTo(201);
            assertThat(reply.contentType()).isEqualTo("application/json");
            assertThat(reply.body()).isEqualTo("{\"id\":\"" + DerivedIds.uuid("k", 0) + "\"}");
        });
        assertThat(received)
                .filteredOn(reply -> reply.outcome().equals("executed"))
                .hasSize(1);
        assertThat(received)
                .filteredOn(reply -> reply.outcome().equals("replayed"))
                .hasSize(49);
        assertThat(database().effects("k")).isEqualTo(1);
    }

    @Test
    default void a_key_is_never_used_for_two_requests() throws Exception {
        client().send("/effect", "k");
        Reply other = client().sending("/effect", "k", "another body").join();
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.outcome()).isEqualTo("rejected");
        assertThat(client().send("/effect", "k").outcome()).isEqualTo("replayed");

        client().send("/effect", "l", "Gemel-Fingerprint", "a");
        assertThat(client().send("/effect", "l", "Gemel-Fingerprint", "b").status())
                .isEqualTo(422);
        assertThat(database().effects("k") + database().effects("l")).isEqualTo(2);
    }

    @Test
    default void a_request_without_a_proper_key_is_refused() throws Exception {
        assertThat(client().send("/effect", "").status()).isEqualTo(400);
        assertThat(client().send("/effect", "k".repeat(256)).body()).contains("255");
        assertThat(client().sending("/effect", "k", "x".repeat(1 << 20), "Gemel-Attempt", "first")
                        .join()
                        .status())
                .isEqualTo(400);
        assertThat(client().send("/effect", "k".repeat(255)).outcome()).isEqualTo("executed");
        assertThat(database().number("SELECT count(*) FROM effect")).isEqualTo(1);
    }

    @Test
    default void a_body_that_is_too_long_is_refused() throws Exception {
        // Undertow itself refuses more than 2 MiB, with 500.
        for (int tooLong : List.of((1 << 20) + 1, 1_900_000)) {
            Reply refused =
                    client().sending("/effect", "k", "x".repeat(tooLong)).join();
            assertThat(refused.status()).isEqualTo(413);
            assertThat(refused.outcome()).isEqualTo("rejected");
        }
        assertThat(database().ledger("k")).isEmpty();
        assertThat(client().sending("/effect", "k", "x".repeat(1 << 20)).join().outcome())
                .isEqualTo("executed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"})
    default void a_part_of_a_body_is_never_taken_for_all_of_it(String rest) throws Exception {
        client().breakOff("/effect", "k", rest);

        assertThat(database().ledger("k")).isEmpty();
        assertThat(client().send("/effect", "k").outcome()).isEqualTo("executed");
        assertThat(database().effects("k")).isEqualTo(1);
    }

    @Test
    default void a_refusal_for_good_is_kept_and_its_work_is_not() throws Exception {
        Reply rejected = client().send("/refuse", "k");
        assertThat(rejected).isEqualTo(new Reply(402, "rejected", "text/plain; charset=utf-8", "not enough money"));
        assertThat(client().send("/refuse", "k")).isEqualTo(rejected);
        assertThat(database().effects("k")).isZero();
    }

    @Test
    default void any_other_refusal_is_the_answer_to_one_request() throws Exception {
        Reply declined = client().send("/order", "k");
        assertThat(declined).isEqualTo(new Reply(404, "declined", "text/plain; charset=utf-8", "no such customer"));
        Reply refused = client().send("/overdraw", "l");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.outcome()).isEqualTo("declined");
        assertThat(database().effects("k") + database().effects("l")).isZero();

        database().execute("INSERT INTO account VALUES (3, 1)");
        database().execute("UPDATE account SET balance = 10000");
        for (String outcome : List.of("executed", "replayed")) {
            assertThat(client().send("/order", "k").outcome()).isEqualTo(outcome);
            assertThat(client().send("/overdraw", "l").outcome()).isEqualTo(outcome);
        }
        assertThat(database().effects("k") + database().effects("l")).isEqualTo(2);
    }

    @Test
    default void what_was_declined_is_done_by_no_other_attempt_of_that_request() throws Exception {
        Reply declined = client().send("/order", "k", attempt(20, 10));
        assertThat(declined.outcome()).isEqualTo("declined");
        database().execute("INSERT INTO account VALUES (3, 1)");

        assertThat(client().send("/order", "k", attempt(15, 10)))
                .as("an earlier one, still on its way")
                .isEqualTo(declined);
        assertThat(client().send("/order", "k", attempt(25, 10)))
                .as("the request again")
                .isEqualTo(declined);
        assertThat(client().send("/order", "k", attempt(20, 20)))
                .as("a request of the same time")
                .isEqualTo(declined);
        assertThat(database().effects("k")).isZero();
        assertThat(client().send("/order", "k", attempt(22, 21)).outcome()).isEqualTo("executed");
        assertThat(client().send("/order", "k", attempt(15, 10)).outcome()).isEqualTo("replayed");
        assertThat(database().effects("k")).isEqualTo(1);
        assertThat(client().send("/order", "l", attempt(5, 6)).status()).isEqualTo(400);
    }

    private static String[] attempt(long number, long first) {
        return new String[] {"Gemel-Attempt", Long.toString(number), "Gemel-First-Attempt", Long.toString(first)};
    }

    @Test
    default void of_fifty_requests_for_what_was_declined_one_does_it() throws Exception {
        client().send("/order", "k", "Gemel-Attempt", "1");
        database().execute("INSERT INTO account VALUES (3, 1)");
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            replies.add(client().sending("/order", "k", ""));
        }
        assertThat(replies.stream().map(reply -> reply.join().outcome()))
                .containsOnly("executed", "replayed")
                .containsOnlyOnce("executed");
        assertThat(database().effects("k")).isEqualTo(1);
    }

    @Test
    default void an_answer_that_is_given_again_leads_to_the_same_place() {
        for (String outcome : List.of("executed", "replayed")) {
            HttpHeaders headers = client().headers("/created", "k");
            assertThat(headers.firstValue("Gemel-Outcome")).hasValue(outcome);
            assertThat(headers.firstValue("Location")).as(outcome).hasValue("/effects/k");
            assertThat(headers.firstValue("ETag")).as(outcome).hasValue("\"1\"");
        }
    }

    @Test
    default void a_success_that_wrote_nothing_is_rejected_for_good() throws Exception {
        Reply rejected = client().send("/nothing", "k");
        assertThat(rejected.status()).isEqualTo(500);
        assertThat(rejected.outcome()).isEqualTo("rejected");
        assertThat(rejected.body()).contains("wrote nothing");
        assertThat(client().send("/nothing", "k")).isEqualTo(rejected);
    }

    @Test
    default void of_a_failure_nothing_is_kept() throws Exception {
        for (String path : List.of("/fail", "/long", "/unsendable")) {
            Reply failed = client().send(path, "k");
            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.outcome()).isEqualTo("failed");
        }
        assertThat(database().effects("k")).isZero();
        assertThat(database().ledger("k")).isEmpty();
        assertThat(client().send("/effect", "k").outcome()).isEqualTo("executed");
    }

    @Test
    default void what_clashes_with_other_transactions_runs_again() throws Exception {
        assertThat(client().send("/effect", "clash").outcome()).isEqualTo("executed");
        assertThat(database().effects("clash")).isEqualTo(1);
        assertThat(database().number("SELECT last_value FROM clashes")).isEqualTo(3);
    }

    @Test
    default void nothing_is_committed_after_the_deadline() throws Exception {
        Reply late = client().send("/slow", "k", "Gemel-Deadline", VmClient.millisFromNow(300));
        assertThat(late.status()).isEqualTo(503);
        assertThat(late.outcome()).isEqualTo("late");
        assertThat(client().send("/effect", "k", "Gemel-Deadline", VmClient.millisFromNow(-1))
                        .outcome())
                .isEqualTo("late");
        assertThat(database().effects("k")).isZero();
        assertThat(database().ledger("k")).isEmpty();
    }

    @Test
    default void a_closed_site_does_nothing_and_answers_no_question() throws Exception {
        database().execute("UPDATE gemel.gate SET opened_for = pg_postmaster_start_time() - interval '1 s'");
        Reply closed = client().send("/effect", "k");
        assertThat(closed.status()).isEqualTo(503);
        assertThat(closed.outcome()).isEqualTo("closed");
        assertThat(client().get("/gemel/outcome/k").outcome()).isEqualTo("closed");
        assertThat(client().get("/gemel/heartbeat").body()).containsPattern("\"open\": ?false");
        assertThat(database().effects("k")).isZero();
        assertThat(database().ledger("k")).isEmpty();
    }

    @Test
    default void asking_with_a_fence_closes_a_free_key_for_good() throws Exception {
        assertThat(client().get("/gemel/outcome/a%20b").body()).containsPattern("\"outcome\": ?\"unknown\"");
        assertThat(client().get("/gemel/outcome/a%20b?fence=true").body()).containsPattern("\"outcome\": ?\"fenced\"");
        Reply fenced = client().send("/effect", "a b");
        assertThat(fenced.status()).isEqualTo(409);
        assertThat(fenced.outcome()).isEqualTo("fenced");
        assertThat(database().effects("a b")).isZero();

        client().send("/order", "k", "Gemel-Attempt", Long.toString(Long.MAX_VALUE - 1));
        assertThat(client().get("/gemel/outcome/k").body()).containsPattern("\"outcome\": ?\"declined\"");
        assertThat(client().get("/gemel/outcome/k?fence=true").body()).containsPattern("\"outcome\": ?\"fenced\"");
    }

    @Test
    default void the_ledger_says_what_became_of_a_key() throws Exception {
        client().send("/effect", "k", "Gemel-Attempt", "17");
        client().send("/refuse", "l");
        assertThat(client().get("/gemel/outcome/k").body())
                .containsPattern("\"outcome\": ?\"executed\"")
                .containsPattern("\"attempt\": ?17")
                .containsPattern("\"site\": ?\"east\"");
        assertThat(client().get("/gemel/outcome/l").body())
                .containsPattern("\"outcome\": ?\"rejected\"")
                .containsPattern("\"httpStatus\": ?402");
    }

    @Test
    default void the_heartbeat_says_what_a_person_must_mend() throws Exception {
        String[][] mistakes = {
            {"REVOKE DELETE ON gemel.submission FROM app", "GRANT DELETE ON gemel.submission TO app"},
            {"REVOKE SELECT ON gemel.gate FROM app", "GRANT SELECT ON gemel.gate TO app"},
            {"DELETE FROM gemel.gate", GemelSchema.GATE_ROW}
        };
        for (String[] mistake : mistakes) {
            database().execute(mistake[0]);
            Reply beat = client().get("/gemel/heartbeat");
            database().execute(mistake[1], LedgerServer.OPEN_GATE);
            assertThat(beat.status()).isEqualTo(200);
            assertThat(beat.body())
                    .containsPattern("\"open\": ?false")
                    .containsPattern("\"problem\": ?\".*(gemel prepare|permission denied)");
            assertThat(client().get("/gemel/heartbeat").body())
                    .containsPattern("\"open\": ?true")
                    .doesNotContain("problem");
        }
    }

    @Test
    default void the_heartbeat_passes_the_database() throws Exception {
        Reply beat = client().get("/gemel/heartbeat");
        assertThat(beat.status()).isEqualTo(200);
        assertThat(beat.body())
                .containsPattern("\"vm\": ?\"e1\"")
                .containsPattern("\"site\": ?\"east\"")
                .containsPattern("\"host\": ?\"host-1\"")
                .containsPattern("\"inFlight\": ?0")
                .containsPattern("\"databaseMs\": ?[0-9]")
                .containsPattern("\"open\": ?true");

        network().holdAll();
        Reply silent = client().get("/gemel/heartbeat");
        assertThat(silent.status()).isEqualTo(503);
        assertThat(silent.body()).containsPattern("\"databaseMs\": ?-1");
        network().restore();
        await().atMost(CommitContract.LIMIT)
                .until(() -> client().get("/gemel/heartbeat").status() == 200);

        network().cut();
        assertThat(client().get("/gemel/heartbeat").status()).isEqualTo(503);
        Reply unreachable = client().send("/effect", "k", "Gemel-Deadline", VmClient.millisFromNow(1000));
        assertThat(unreachable.outcome()).isIn("unreachable", "late");
        network().restore();
        await().atMost(CommitContract.LIMIT)
                .until(() -> client().get("/gemel/heartbeat").status() == 200);
    }
}
