package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.TcpProxy;
import io.gemel.vm.VmClient.Reply;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The contract for what comes or goes while a submission is under way, above all during its commit. */
interface CommitContract {
    /** The VM's name. */
    String VM = "e1";

    /** Bounds a hang; nothing takes that long. */
    Duration LIMIT = Duration.ofMinutes(2);

    VmDatabase database();

    VmClient client();

    /** Between the VM and its database. */
    TcpProxy network();

    @Test
    default void a_draining_vm_ends_what_runs_and_takes_nothing_new() throws Exception {
        try (Connection holder = database().holdCommits()) {
            CompletableFuture<Reply> running = client().sending("/effect", "hold", "");
            await().atMost(LIMIT).until(() -> database().holdsCommitOf(VM));
            assertThat(client().post("/gemel/drain").body())
                    .contains("\"inFlight\"")
                    .containsPattern("\"inFlight\": ?1");
            assertThat(client().send("/effect", "k").outcome()).isEqualTo("draining");
            assertThat(client().get("/gemel/heartbeat").body()).containsPattern("\"draining\": ?true");
            VmDatabase.releaseCommits(holder);
            assertThat(running.join().outcome()).isEqualTo("executed");
        }
        client().post("/gemel/undrain");
        assertThat(client().send("/effect", "k").outcome()).isEqualTo("executed");
    }

    @Test
    default void a_session_that_ends_before_the_commit_leaves_the_key_free() throws Exception {
        try (Connection holder = database().holdEffects()) {
            CompletableFuture<Reply> reply = client().sending("/effect", "k", "");
            await().atMost(LIMIT).until(() -> database().waitsForTable(VM));
            database().terminate(VM);
            assertThat(reply.join().outcome()).isEqualTo("unreachable");
            holder.rollback();
        }
        assertThat(database().ledger("k")).isEmpty();

        assertThat(client().send("/effect", "k").outcome()).isEqualTo("executed");
        assertThat(database().effects("k")).isEqualTo(1);
    }

    @Test
    default void a_commit_whose_answer_is_lost_is_unknown_and_found_by_the_next_attempt() throws Exception {
        CompletableFuture<Reply> next;
        try (Connection holder = database().holdCommits()) {
            CompletableFuture<Reply> first = client().sending("/effect", "hold", "");
            await().atMost(LIMIT).until(() -> database().holdsCommitOf(VM));
            network().drop();
            Reply unknown = first.join();
            assertThat(unknown.status()).isEqualTo(503);
            assertThat(unknown.outcome()).isEqualTo("unknown");

            next = client().sending("/effect", "hold", "");
            await().atMost(LIMIT).until(() -> database().waitsForKey(VM));
            VmDatabase.releaseCommits(holder);
        }
        assertThat(next.join().outcome()).isEqualTo("replayed");
        assertThat(database().effects("hold")).isEqualTo(1);
    }

    @Test
    default void a_commit_that_never_took_place_is_unknown_and_run_by_the_next_attempt() throws Exception {
        try (Connection holder = database().holdCommits()) {
            CompletableFuture<Reply> first = client().sending("/effect", "hold", "");
            await().atMost(LIMIT).until(() -> database().holdsCommitOf(VM));
            network().drop();
            assertThat(first.join().outcome()).isEqualTo("unknown");
            database().terminate(VM);
            VmDatabase.releaseCommits(holder);
        }
        assertThat(client().send("/effect", "hold").outcome()).isEqualTo("executed");
        assertThat(database().effects("hold")).isEqualTo(1);
    }

    @Test
    default void a_session_that_is_ended_during_the_commit_is_unknown() throws Exception {
        try (Connection holder = database().holdCommits()) {
            CompletableFuture<Reply> first = client().sending("/effect", "hold", "");
            await().atMost(LIMIT).until(() -> database().holdsCommitOf(VM));
            database().terminate(VM);
            assertThat(first.join().outcome()).isEqualTo("unknown");
            VmDatabase.releaseCommits(holder);
        }
        assertThat(database().effects("hold")).isZero();
        assertThat(client().send("/effect", "hold").outcome()).isEqualTo("executed");
    }

    @Test
    default void a_second_attempt_waits_for_a_stuck_one_at_most_until_its_deadline() throws Exception {
        try (Connection holder = database().holdCommits()) {
            CompletableFuture<Reply> stuck = client().sending("/effect", "hold", "");
            await().atMost(LIMIT).until(() -> database().holdsCommitOf(VM));
            long begun = System.currentTimeMillis();
            Reply second = client().send("/effect", "hold", "Gemel-Deadline", Long.toString(begun + 400));
            assertThat(second.outcome()).isEqualTo("late");
            assertThat(System.currentTimeMillis()).as("not before it must").isGreaterThan(begun + 300);
            assertThat(stuck).as("what it would have waited for otherwise").isNotDone();
            VmDatabase.releaseCommits(holder);
            assertThat(stuck.join().outcome()).isEqualTo("executed");
        }
        assertThat(database().effects("hold")).isEqualTo(1);
    }

    @Test
    default void asking_with_a_fence_waits_for_a_running_attempt() throws Exception {
        try (Connection holder = database().holdCommits()) {
            CompletableFuture<Reply> running = client().sending("/effect", "hold", "");
            await().atMost(LIMIT).until(() -> database().holdsCommitOf(VM));
            CompletableFuture<Reply> question = client().sending("/gemel/outcome/hold", "", "");
            await().atMost(LIMIT).until(() -> database().waitsForKey(VM));
            VmDatabase.releaseCommits(holder);
            assertThat(running.join().outcome()).isEqualTo("executed");
            assertThat(question.join().body())
                    .containsPattern("\"outcome\": ?\"executed\"")
                    .containsPattern("\"httpStatus\": ?201");
        }
    }
}
