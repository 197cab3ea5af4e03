package io.gemel.deploy.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.TcpProxy;
import io.gemel.deploy.vm.VmClient.Reply;
import io.gemel.vm.DerivedIds;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract between router and VM, over HTTP, kept by whatever VM a subclass starts. Between it and its database stands a proxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class VmContract {
    private static final String VM = "e1";

    private VmDatabase database;
    private TcpProxy network;
    private RunningVm vm;
    private VmClient client;

    /** Starts a VM of this name that reaches the database at this port. */
    abstract RunningVm start(VmDatabase database, String name, int databasePort) throws Exception;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        database = VmDatabase.start(directory);
        network = TcpProxy.to(database.server().port());
        vm = start(database, VM, network.port());
        client = new VmClient(vm.port());
    }

    @AfterAll
    void stop() {
        for (AutoCloseable started : new AutoCloseable[] {vm, network, database}) {
            close(started);
        }
    }

    @BeforeEach
    void open() throws SQLException {
        database.reset();
    }

    @AfterEach
    void mend() {
        network.restore();
        client.post("/gemel/undrain");
    }

    @Test
    void fifty_posts_of_one_key_have_one_effect_and_one_answer() throws Exception {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            replies.add(client.sending("/effect", "k", "body"));
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
        assertThat(database.effects("k")).isEqualTo(1);
    }

    @Test
    void a_key_is_never_used_for_two_requests() throws Exception {
        client.send("/effect", "k");
        Reply other = client.sending("/effect", "k", "another body").join();
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.outcome()).isEqualTo("rejected");
        assertThat(client.send("/effect", "k").outcome()).isEqualTo("replayed");

        client.send("/effect", "l", "Gemel-Fingerprint", "a");
        assertThat(client.send("/effect", "l", "Gemel-Fingerprint", "b").status())
                .isEqualTo(422);
        assertThat(database.effects("k") + database.effects("l")).isEqualTo(2);
    }

    @Test
    void a_request_without_a_proper_key_is_refused() throws Exception {
        assertThat(client.send("/effect", "").status()).isEqualTo(400);
        assertThat(client.send("/effect", "k".repeat(256)).body()).contains("255");
        assertThat(client.send("/effect", "k", "Gemel-Attempt", "first").status())
                .isEqualTo(400);
        assertThat(client.send("/effect", "k".repeat(255)).outcome()).isEqualTo("executed");
        assertThat(database.number("SELECT count(*) FROM effect")).isEqualTo(1);
    }

    @Test
    void a_rejection_is_kept_and_its_work_is_not() throws Exception {
        Reply rejected = client.send("/refuse", "k");
        assertThat(rejected).isEqualTo(new Reply(402, "rejected", "text/plain; charset=utf-8", "not enough money"));
        assertThat(client.send("/refuse", "k")).isEqualTo(rejected);
        assertThat(database.effects("k")).isZero();

        Reply refused = client.send("/overdraw", "l");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.outcome()).isEqualTo("rejected");
        database.execute("UPDATE account SET balance = 10000");
        assertThat(client.send("/overdraw", "l")).isEqualTo(refused);
        assertThat(database.effects("l")).isZero();
    }

    @Test
    void of_a_failure_nothing_is_kept() throws Exception {
        for (String path : List.of("/fail", "/long")) {
            Reply failed = client.send(path, "k");
            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.outcome()).isEqualTo("failed");
        }
        assertThat(database.effects("k")).isZero();
        assertThat(database.ledger("k")).isEmpty();
        assertThat(client.send("/effect", "k").outcome()).isEqualTo("executed");
    }

    @Test
    void what_clashes_with_other_transactions_runs_again() throws Exception {
        assertThat(client.send("/effect", "clash").outcome()).isEqualTo("executed");
        assertThat(database.effects("clash")).isEqualTo(1);
        assertThat(database.number("SELECT last_value FROM clashes")).isEqualTo(3);
    }

    @Test
    void nothing_is_committed_after_the_deadline() throws Exception {
        Reply late = client.send("/slow", "k", "Gemel-Deadline", millisFromNow(300));
        assertThat(late.status()).isEqualTo(503);
        assertThat(late.outcome()).isEqualTo("late");
        assertThat(client.send("/effect", "k", "Gemel-Deadline", millisFromNow(-1))
                        .outcome())
                .isEqualTo("late");
        assertThat(database.effects("k")).isZero();
        assertThat(database.ledger("k")).isEmpty();
    }

    @Test
    void a_draining_vm_ends_what_runs_and_takes_nothing_new() throws Exception {
        try (Connection holder = holdCommits()) {
            CompletableFuture<Reply> running = client.sending("/effect", "hold", "");
            await().until(() -> database.holdsCommitOf(VM));
            assertThat(client.post("/gemel/drain").body())
                    .contains("\"inFlight\"")
                    .containsPattern("\"inFlight\": ?1");
            assertThat(client.send("/effect", "k").outcome()).isEqualTo("draining");
            assertThat(client.get("/gemel/heartbeat").body()).containsPattern("\"draining\": ?true");
            release(holder);
            assertThat(running.join().outcome()).isEqualTo("executed");
        }
        client.post("/gemel/undrain");
        assertThat(client.send("/effect", "k").outcome()).isEqualTo("executed");
    }

    @Test
    void a_closed_site_does_nothing_and_answers_no_question() throws Exception {
        database.execute("UPDATE gemel.gate SET opened_for = pg_postmaster_start_time() - interval '1 s'");
        Reply closed = client.send("/effect", "k");
        assertThat(closed.status()).isEqualTo(503);
        assertThat(closed.outcome()).isEqualTo("closed");
        assertThat(client.get("/gemel/outcome/k").outcome()).isEqualTo("closed");
        assertThat(client.get("/gemel/heartbeat").body()).containsPattern("\"open\": ?false");
        assertThat(database.effects("k")).isZero();
        assertThat(database.ledger("k")).isEmpty();
    }

    @Test
    void a_session_that_ends_before_the_commit_leaves_the_key_free() throws Exception {
        CompletableFuture<Reply> reply = client.sending("/slow", "k", "");
        await().until(() -> database.number(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gemel-vm:e1' AND wait_event = 'PgSleep'")
                == 1);
        database.terminate(VM);
        assertThat(reply.join().outcome()).isEqualTo("unreachable");
        assertThat(database.ledger("k")).isEmpty();

        assertThat(client.send("/effect", "k").outcome()).isEqualTo("executed");
        assertThat(database.effects("k")).isEqualTo(1);
    }

    @Test
    void a_commit_whose_answer_is_lost_is_unknown_and_found_by_the_next_attempt() throws Exception {
        CompletableFuture<Reply> next;
        try (Connection holder = holdCommits()) {
            CompletableFuture<Reply> first = client.sending("/effect", "hold", "");
            await().until(() -> database.holdsCommitOf(VM));
            network.drop();
            Reply unknown = first.join();
            assertThat(unknown.status()).isEqualTo(503);
            assertThat(unknown.outcome()).isEqualTo("unknown");

            next = client.sending("/effect", "hold", "");
            await().until(() -> database.waitsForKey(VM));
            release(holder);
        }
        assertThat(next.join().outcome()).isEqualTo("replayed");
        assertThat(database.effects("hold")).isEqualTo(1);
    }

    @Test
    void a_commit_that_never_took_place_is_unknown_and_run_by_the_next_attempt() throws Exception {
        try (Connection holder = holdCommits()) {
            CompletableFuture<Reply> first = client.sending("/effect", "hold", "");
            await().until(() -> database.holdsCommitOf(VM));
            network.drop();
            assertThat(first.join().outcome()).isEqualTo("unknown");
            database.terminate(VM);
            release(holder);
        }
        assertThat(client.send("/effect", "hold").outcome()).isEqualTo("executed");
        assertThat(database.effects("hold")).isEqualTo(1);
    }

    @Test
    void a_session_that_is_ended_during_the_commit_is_unknown() throws Exception {
        try (Connection holder = holdCommits()) {
            CompletableFuture<Reply> first = client.sending("/effect", "hold", "");
            await().until(() -> database.holdsCommitOf(VM));
            database.terminate(VM);
            assertThat(first.join().outcome()).isEqualTo("unknown");
            release(holder);
        }
        assertThat(database.effects("hold")).isZero();
        assertThat(client.send("/effect", "hold").outcome()).isEqualTo("executed");
    }

    @Test
    void a_second_attempt_waits_for_a_stuck_one_at_most_until_its_deadline() throws Exception {
        try (Connection holder = holdCommits()) {
            CompletableFuture<Reply> stuck = client.sending("/effect", "hold", "");
            await().until(() -> database.holdsCommitOf(VM));
            long start = System.nanoTime();
            Reply second = client.send("/effect", "hold", "Gemel-Deadline", millisFromNow(400));
            assertThat(second.outcome()).isEqualTo("late");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(300), Duration.ofSeconds(2));
            release(holder);
            assertThat(stuck.join().outcome()).isEqualTo("executed");
        }
        assertThat(database.effects("hold")).isEqualTo(1);
    }

    @Test
    void asking_with_a_fence_closes_a_free_key_for_good() throws Exception {
        assertThat(client.get("/gemel/outcome/a%20b").body()).containsPattern("\"outcome\": ?\"unknown\"");
        assertThat(client.get("/gemel/outcome/a%20b?fence=true").body()).containsPattern("\"outcome\": ?\"fenced\"");
        Reply fenced = client.send("/effect", "a b");
        assertThat(fenced.status()).isEqualTo(409);
        assertThat(fenced.outcome()).isEqualTo("fenced");
        assertThat(database.effects("a b")).isZero();
    }

    @Test
    void asking_with_a_fence_waits_for_a_running_attempt() throws Exception {
        try (Connection holder = holdCommits()) {
            CompletableFuture<Reply> running = client.sending("/effect", "hold", "");
            await().until(() -> database.holdsCommitOf(VM));
            CompletableFuture<Reply> question = client.sending("/gemel/outcome/hold", "", "");
            await().until(() -> database.waitsForKey(VM));
            release(holder);
            assertThat(running.join().outcome()).isEqualTo("executed");
            assertThat(question.join().body())
                    .containsPattern("\"outcome\": ?\"executed\"")
                    .containsPattern("\"httpStatus\": ?201");
        }
    }

    @Test
    void the_ledger_says_what_became_of_a_key() throws Exception {
        client.send("/effect", "k", "Gemel-Attempt", "17");
        client.send("/refuse", "l");
        assertThat(client.get("/gemel/outcome/k").body())
                .containsPattern("\"outcome\": ?\"executed\"")
                .containsPattern("\"attempt\": ?17")
                .containsPattern("\"site\": ?\"east\"");
        assertThat(client.get("/gemel/outcome/l").body())
                .containsPattern("\"outcome\": ?\"rejected\"")
                .containsPattern("\"httpStatus\": ?402");
    }

    @Test
    void the_heartbeat_passes_the_database() throws Exception {
        Reply beat = client.get("/gemel/heartbeat");
        assertThat(beat.status()).isEqualTo(200);
        assertThat(beat.body())
                .containsPattern("\"vm\": ?\"e1\"")
                .containsPattern("\"site\": ?\"east\"")
                .containsPattern("\"host\": ?\"host-1\"")
                .containsPattern("\"inFlight\": ?0")
                .containsPattern("\"databaseMs\": ?[0-9]")
                .containsPattern("\"open\": ?true");

        network.holdAll();
        Reply silent = client.get("/gemel/heartbeat");
        assertThat(silent.status()).isEqualTo(503);
        assertThat(silent.body()).containsPattern("\"databaseMs\": ?-1");
        network.restore();
        await().until(() -> client.get("/gemel/heartbeat").status() == 200);

        network.cut();
        assertThat(client.get("/gemel/heartbeat").status()).isEqualTo(503);
        Reply unreachable = client.send("/effect", "k", "Gemel-Deadline", millisFromNow(1000));
        assertThat(unreachable.outcome()).isIn("unreachable", "late");
        network.restore();
        await().until(() -> client.get("/gemel/heartbeat").status() == 200);
    }

    /** Lets every commit of an effect whose key begins with "hold" wait. */
    private Connection holdCommits() throws SQLException {
        Connection holder = database.connect();
        lock(holder, "pg_advisory_lock");
        return holder;
    }

    private static void release(Connection holder) throws SQLException {
        lock(holder, "pg_advisory_unlock");
    }

    private static void lock(Connection holder, String function) throws SQLException {
        try (Statement statement = holder.createStatement()) {
            statement.execute("SELECT " + function + "(" + VmDatabase.COMMIT_LOCK + ")");
        }
    }

    private static String millisFromNow(long millis) {
        return Long.toString(System.currentTimeMillis() + millis);
    }

    private static void close(AutoCloseable started) {
        try {
            if (started != null) {
                started.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("cannot stop " + started, e);
        }
    }
}
