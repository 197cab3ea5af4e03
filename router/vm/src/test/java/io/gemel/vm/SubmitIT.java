package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a VM does with submissions while its database lives. */
final class SubmitIT extends SubmitFixture {
    @Test
    void runs_the_work_once_and_answers_the_same_again() throws Exception {
        Submission first = vm.submission("k");
        assertThat(vm.submit(first, effect("k"))).isEqualTo(new Result.Settled(Outcome.EXECUTED, DONE));
        assertThat(vm.submit(vm.submission("k"), effect("k"))).isEqualTo(new Result.Settled(Outcome.REPLAYED, DONE));

        assertThat(database.effects("k")).isEqualTo(1);
        assertThat(runs).hasValue(1);
        assertThat(database.text("SELECT concat_ws(' ', attempt, site, vm, status, http_status) FROM gemel.submission"))
                .isEqualTo(first.attempt() + " east e1 executed 201");
    }

    @Test
    void runs_once_for_fifty_at_a_time_and_answers_all_alike() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(50);
        try {
            List<Future<Result>> results = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                results.add(threads.submit(() -> vm.submit(vm.submission("k"), effect("k"))));
            }
            int executed = 0;
            for (Future<Result> result : results) {
                assertThat(result.get().answer()).isEqualTo(DONE);
                executed += result.get().outcome() == Outcome.EXECUTED ? 1 : 0;
            }
            assertThat(executed).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
        assertThat(database.effects("k")).isEqualTo(1);
    }

    @Test
    void refuses_a_key_that_was_used_for_another_request() throws Exception {
        vm.submit(vm.submission("k").withFingerprint("a"), effect("k"));

        Result other = vm.submit(vm.submission("k").withFingerprint("b"), effect("k"));
        assertThat(other.outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(other.answer().status()).isEqualTo(422);
        assertThat(vm.submit(vm.submission("k").withFingerprint("a"), effect("k"))
                        .outcome())
                .isEqualTo(Outcome.REPLAYED);
        assertThat(database.effects("k")).isEqualTo(1);
    }

    @Test
    void keeps_a_refusal_for_good_without_what_was_written_before_it() throws Exception {
        Answer refused = Answer.of(402, "text/plain", "not enough money").forGood();
        Work work = connection -> {
            effect("k").run(connection);
            return refused;
        };
        for (int i = 0; i < 2; i++) {
            assertThat(vm.submit(vm.submission("k"), work)).isEqualTo(new Result.Settled(Outcome.REJECTED, refused));
        }
        assertThat(runs).hasValue(1);
        assertThat(database.effects("k")).isZero();
        assertThat(database.ledger("k")).isEqualTo("rejected");
    }

    @Test
    void declines_what_the_database_refuses_until_it_is_asked_again() throws Exception {
        Work overdraw = connection -> {
            runs.incrementAndGet();
            // As a framework would wrap it.
            try {
                execute(connection, "UPDATE account SET balance = balance - 1000 WHERE id = 1");
            } catch (SQLException e) {
                throw new IllegalStateException("data access", e);
            }
            return DONE;
        };
        Result first = vm.submit(vm.submission("k"), overdraw);
        assertThat(first.outcome()).isEqualTo(Outcome.DECLINED);
        assertThat(first.answer().status()).isEqualTo(409);
        database.execute("UPDATE account SET balance = 10000");
        assertThat(vm.submit(new Submission("k", null, 1, Instant.MAX), overdraw))
                .as("an attempt of before")
                .isEqualTo(first);
        assertThat(runs).hasValue(1);
        assertThat(vm.submit(vm.submission("k"), overdraw).outcome()).isEqualTo(Outcome.EXECUTED);
        assertThat(database.ledger("k")).isEqualTo("executed");
    }

    @Test
    void rejects_a_success_that_wrote_nothing_though_it_was_declined_before() throws Exception {
        vm.submit(new Submission("k", null, 1, Instant.MAX), connection -> Answer.of(404));
        Result astray = vm.submit(vm.submission("k"), connection -> DONE);
        assertThat(astray.outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(astray.answer().status()).isEqualTo(500);
    }

    @Test
    void knows_only_refusals_for_good() {
        assertThatThrownBy(DONE::forGood)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("4xx");
        assertThatThrownBy(Answer.of(503)::forGood).isInstanceOf(IllegalStateException.class);
        assertThat(Answer.of(404).forGood().withHeader("ETag", "1").withoutChange())
                .isEqualTo(Answer.of(404).withHeader("ETag", "1"));
    }

    @Test
    void keeps_nothing_of_a_failure_so_that_it_may_be_tried_again() throws Exception {
        Work broken = connection -> {
            effect("k").run(connection);
            throw new IllegalStateException("broken");
        };
        Work deep = connection -> {
            effect("k").run(connection);
            throw new StackOverflowError("too deep");
        };
        for (Work work : List.of(broken, deep)) {
            Result failed = vm.submit(vm.submission("k"), work);
            assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(failed.answer().status()).isEqualTo(500);
            assertThat(database.effects("k") + database.number("SELECT count(*) FROM gemel.submission"))
                    .isZero();
        }
        Answer unavailable = Answer.of(503, "text/plain", "the card company does not answer");
        assertThat(vm.submit(vm.submission("k"), connection -> unavailable))
                .isEqualTo(new Result.NothingHappened(Outcome.FAILED, unavailable));
        assertThat(vm.submit(vm.submission("k"), effect("k")).outcome()).isEqualTo(Outcome.EXECUTED);
    }

    @Test
    void rejects_a_success_that_wrote_through_another_connection() throws Exception {
        Work astray = connection -> {
            try (Connection other = database.connect()) {
                return effect("k").run(other);
            }
        };
        Result first = vm.submit(vm.submission("k"), astray);
        assertThat(first.outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(first.answer().status()).isEqualTo(500);
        assertThat(first.answer().text()).contains("Vm.dataSource()", "Answer.withoutChange()");
        assertThat(vm.submit(vm.submission("k"), astray)).isEqualTo(first);
        assertThat(database.effects("k")).as("not done again").isEqualTo(1);
    }

    @Test
    void takes_the_work_s_word_that_there_was_nothing_to_do() throws Exception {
        assertThat(vm.submit(vm.submission("k"), connection -> {
                            execute(connection, "SELECT FROM effect");
                            return DONE.withoutChange();
                        })
                        .outcome())
                .isEqualTo(Outcome.EXECUTED);
        assertThat(vm.submit(vm.submission("k"), effect("k"))).isEqualTo(new Result.Settled(Outcome.REPLAYED, DONE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO effect (key) VALUES ('k')",
                "UPDATE account SET balance = 1 WHERE id = 99",
                "SELECT FROM account FOR UPDATE",
                "SELECT book()",
                "SAVEPOINT s; INSERT INTO effect (key) VALUES ('k'); RELEASE s",
                "DO $$ BEGIN PERFORM book(); END $$"
            })
    void takes_whatever_writes_or_locks_for_work(String sql) throws Exception {
        database.execute(
                "CREATE OR REPLACE FUNCTION book() RETURNS void LANGUAGE sql AS 'UPDATE account SET balance = balance + 1'");
        assertThat(vm.submit(vm.submission("k"), connection -> {
                            execute(connection, sql);
                            return DONE;
                        })
                        .outcome())
                .isEqualTo(Outcome.EXECUTED);
    }

    @Test
    void refuses_a_submission_inside_another_one() throws Exception {
        Result outer = vm.submit(vm.submission("k"), connection -> {
            assertThatThrownBy(() -> vm.fence(vm.submission("l"))).isInstanceOf(IllegalStateException.class);
            return vm.submit(vm.submission("l"), effect("l")).answer();
        });
        assertThat(outer.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(database.effects("l")).isZero();
        assertThat(vm.submit(vm.submission("k"), effect("k")).outcome()).isEqualTo(Outcome.EXECUTED);
    }

    @Test
    void commits_nothing_after_the_deadline() throws Exception {
        Submission brief = new Submission("k", null, 1, Instant.now().plusMillis(1_000));
        Result late = vm.submit(brief, connection -> {
            effect("k").run(connection);
            execute(connection, "SELECT pg_sleep(1.2)");
            return DONE;
        });
        int begun = runs.get();
        assertThat(late.outcome()).isEqualTo(Outcome.LATE);
        assertThat(database.effects("k")).isZero();
        assertThat(database.ledger("k")).isEmpty();

        assertThat(vm.submit(brief, effect("k")).outcome()).isEqualTo(Outcome.LATE);
        assertThat(runs).as("not even begun after the deadline").hasValue(begun);
    }

    @Test
    void gets_the_key_of_a_vm_that_stands_still_once_that_ones_deadline_has_passed() throws Exception {
        CountDownLatch standing = new CountDownLatch(1);
        CountDownLatch moving = new CountDownLatch(1);
        Submission first = new Submission("k", null, 1, Instant.now().plusMillis(2_000));
        ExecutorService frozen = Executors.newSingleThreadExecutor();
        try {
            Future<Result> stuck = frozen.submit(() -> vm.submit(first, connection -> {
                effect("k").run(connection);
                standing.countDown();
                moving.await();
                return DONE;
            }));
            standing.await();
            assertThat(vm.submit(vm.submission("k"), effect("k")).outcome()).isEqualTo(Outcome.EXECUTED);
            moving.countDown();
            assertThat(stuck.get()).isInstanceOf(Result.NothingHappened.class);
        } finally {
            frozen.shutdownNow();
        }
        assertThat(database.effects("k")).isEqualTo(1);
    }

    @Test
    void closes_a_free_key_for_good_and_says_what_became_of_another() throws Exception {
        assertThat(vm.fence(vm.submission("free")).outcome()).isEqualTo(Outcome.FENCED);
        Result fenced = vm.submit(vm.submission("free").withFingerprint("a"), effect("free"));
        assertThat(fenced.outcome()).isEqualTo(Outcome.FENCED);
        assertThat(fenced.answer().status()).isEqualTo(409);
        assertThat(database.effects("free")).isZero();

        vm.submit(vm.submission("done"), effect("done"));
        assertThat(vm.fence(vm.submission("done"))).isEqualTo(new Result.Settled(Outcome.REPLAYED, DONE));
    }
}
