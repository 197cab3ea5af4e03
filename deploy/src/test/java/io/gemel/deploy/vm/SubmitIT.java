package io.gemel.deploy.vm;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.gemel.deploy.database.Sql;
import io.gemel.vm.Answer;
import io.gemel.vm.Outcome;
import io.gemel.vm.Result;
import io.gemel.vm.Submission;
import io.gemel.vm.Vm;
import io.gemel.vm.VmConfig;
import io.gemel.vm.VmLimits;
import io.gemel.vm.Work;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a VM does with submissions while its database lives. */
final class SubmitIT {
    private static final VmLimits LIMITS = VmLimits.DEFAULT.withTime(Duration.ofSeconds(20));
    private static final Answer DONE = Answer.of(201, "application/json", "{\"done\":true}");

    @TempDir
    static Path directory;

    private static VmDatabase database;
    private static HikariDataSource pool;

    private final AtomicInteger runs = new AtomicInteger();
    private Vm vm;

    @BeforeAll
    static void start() throws SQLException {
        database = VmDatabase.start(directory);
        pool = database.pool("e1", LIMITS);
    }

    @AfterAll
    static void stop() {
        pool.close();
        database.close();
    }

    @BeforeEach
    void open() throws SQLException {
        database.reset();
        vm = new Vm(new VmConfig("e1", "east", "host-1", pool, LIMITS));
    }

    @AfterEach
    void close() {
        vm.close();
    }

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
    void keeps_a_rejection_without_what_was_written_before_it() throws Exception {
        Answer refused = Answer.of(402, "text/plain", "not enough money");
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
    void keeps_what_the_database_refuses_as_a_rejection() throws Exception {
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
        assertThat(first.outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(first.answer().status()).isEqualTo(409);
        assertThat(vm.submit(vm.submission("k"), overdraw)).isEqualTo(first);
        assertThat(runs).hasValue(1);
    }

    @Test
    void keeps_nothing_of_a_failure_so_that_it_may_be_tried_again() throws Exception {
        Result failed = vm.submit(vm.submission("k"), connection -> {
            effect("k").run(connection);
            throw new IllegalStateException("broken");
        });
        assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(failed.answer().status()).isEqualTo(500);
        assertThat(database.effects("k") + database.number("SELECT count(*) FROM gemel.submission"))
                .isZero();
        Answer unavailable = Answer.of(503, "text/plain", "the card company does not answer");
        assertThat(vm.submit(vm.submission("k"), connection -> unavailable))
                .isEqualTo(new Result.NothingHappened(Outcome.FAILED, unavailable));
        assertThat(vm.submit(vm.submission("k"), effect("k")).outcome()).isEqualTo(Outcome.EXECUTED);
    }

    @Test
    void commits_nothing_after_the_deadline() throws Exception {
        Submission brief = new Submission("k", null, 1, Instant.now().plusMillis(300));
        Result late = vm.submit(brief, connection -> {
            effect("k").run(connection);
            execute(connection, "SELECT pg_sleep(0.5)");
            return DONE;
        });
        assertThat(late.outcome()).isEqualTo(Outcome.LATE);
        assertThat(database.effects("k")).isZero();
        assertThat(database.ledger("k")).isEmpty();

        assertThat(vm.submit(brief, effect("k")).outcome()).isEqualTo(Outcome.LATE);
        assertThat(runs).as("not even begun after the deadline").hasValue(1);
    }

    @Test
    void gets_the_key_of_a_vm_that_stands_still_once_that_ones_deadline_has_passed() throws Exception {
        CountDownLatch standing = new CountDownLatch(1);
        CountDownLatch moving = new CountDownLatch(1);
        Submission first = new Submission("k", null, 1, Instant.now().plusMillis(500));
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
    void takes_nothing_new_while_it_drains_and_ends_what_runs() throws Exception {
        Result running = vm.submit(vm.submission("k"), connection -> {
            vm.drain();
            assertThat(vm.inFlight()).isEqualTo(1);
            return effect("k").run(connection);
        });
        assertThat(running.outcome()).isEqualTo(Outcome.EXECUTED);
        assertThat(vm.inFlight()).isZero();
        assertThat(vm.submit(vm.submission("l"), effect("l")).outcome()).isEqualTo(Outcome.DRAINING);
        assertThat(database.effects("l")).isZero();

        vm.undrain();
        assertThat(vm.submit(vm.submission("l"), effect("l")).outcome()).isEqualTo(Outcome.EXECUTED);
    }

    @Test
    void does_nothing_while_the_site_is_closed_and_commits_nothing_once_it_closed() throws Exception {
        Result closedMeanwhile = vm.submit(vm.submission("k"), connection -> {
            database.execute("UPDATE gemel.gate SET opened_for = NULL");
            return effect("k").run(connection);
        });
        assertThat(closedMeanwhile.outcome()).isEqualTo(Outcome.CLOSED);
        assertThat(vm.submit(vm.submission("k"), effect("k")).outcome()).isEqualTo(Outcome.CLOSED);
        assertThat(vm.fence(vm.submission("k")).outcome()).isEqualTo(Outcome.CLOSED);
        assertThat(database.effects("k")).isZero();
        assertThat(runs).hasValue(1);

        database.execute("DELETE FROM gemel.gate");
        try {
            assertThat(vm.submit(vm.submission("k"), effect("k")).outcome()).isEqualTo(Outcome.FAILED);
        } finally {
            database.execute("INSERT INTO gemel.gate VALUES (1, NULL)");
        }
    }

    @Test
    void runs_again_after_a_serialization_failure_and_gives_up_in_the_end() throws Exception {
        Work contested = connection -> {
            // The transaction has its snapshot by now; another one changes the row and commits.
            execute(connection, "SET LOCAL lock_timeout = '5s'");
            if (runs.incrementAndGet() <= 2) {
                database.execute("UPDATE account SET balance = balance + 1 WHERE id = 1");
            }
            execute(connection, "UPDATE account SET balance = balance + 10 WHERE id = 1");
            execute(connection, "INSERT INTO effect (key) VALUES ('k')");
            return DONE;
        };
        try (HikariDataSource strict = serializable()) {
            Vm careful = new Vm(new VmConfig("e1", "east", "host-1", strict, LIMITS));
            assertThat(careful.submit(careful.submission("k"), contested).outcome())
                    .isEqualTo(Outcome.EXECUTED);
            assertThat(runs).hasValue(3);
            assertThat(database.effects("k")).isEqualTo(1);
            assertThat(database.number("SELECT balance FROM account WHERE id = 1"))
                    .isEqualTo(112);

            runs.set(-100);
            assertThat(careful.submit(careful.submission("l"), contested).outcome())
                    .isEqualTo(Outcome.RETRY);
            assertThat(runs).as("the first run and three more").hasValue(-96);
            assertThat(database.ledger("l")).isEmpty();
            careful.close();
        }
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

    @Test
    void refuses_to_keep_an_answer_that_is_too_long() throws Exception {
        Vm narrow = new Vm(new VmConfig("e1", "east", "host-1", pool, LIMITS.withAnswerBytesMax(1000)));
        for (int status : new int[] {200, 404}) {
            Result failed = narrow.submit(narrow.submission("k"), connection -> {
                effect("k").run(connection);
                return Answer.of(status, "application/octet-stream", new byte[1001]);
            });
            assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(failed.answer().text()).contains("1001", "answerBytesMax");
            assertThat(database.effects("k")).isZero();
            assertThat(database.ledger("k")).isEmpty();
        }
        Answer longest = Answer.of(200, "application/octet-stream", new byte[1000]);
        assertThat(narrow.submit(narrow.submission("k"), connection -> longest).outcome())
                .isEqualTo(Outcome.EXECUTED);
        assertThat(narrow.submit(narrow.submission("k"), connection -> longest))
                .isEqualTo(new Result.Settled(Outcome.REPLAYED, longest));
        narrow.close();
    }

    @Test
    void fails_loudly_and_records_nothing_without_the_rights_that_it_needs() throws Exception {
        for (String missing : List.of("INSERT ON gemel.submission", "SELECT ON gemel.gate")) {
            database.execute("REVOKE " + missing + " FROM app");
            try {
                assertThat(vm.submit(vm.submission("k"), effect("k")).outcome()).isEqualTo(Outcome.FAILED);
            } finally {
                database.execute("GRANT " + missing + " TO app");
            }
        }
        assertThat(runs).hasValue(0);
        assertThat(database.ledger("k")).isEmpty();
    }

    @Test
    void replaces_dead_connections_that_the_pool_hands_out() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(vm.submit(vm.submission("k" + i), effect("k" + i)).outcome())
                    .isEqualTo(Outcome.EXECUTED);
            database.terminate("e1");
        }
    }

    @Test
    void lets_nobody_else_end_the_transaction() throws Exception {
        Result refused = vm.submit(vm.submission("k"), connection -> {
            effect("k").run(connection);
            connection.commit();
            return DONE;
        });
        assertThat(refused.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(database.effects("k")).isZero();

        Work commitsInSql = connection -> {
            effect("l").run(connection);
            execute(connection, "COMMIT");
            return DONE;
        };
        assertThat(vm.submit(vm.submission("l"), commitsInSql).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(vm.submit(vm.submission("l"), commitsInSql).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(database.effects("l")).as("never run again").isEqualTo(1);

        Work savepoint = connection -> {
            var before = connection.setSavepoint();
            effect("m").run(connection);
            connection.rollback(before);
            connection.close();
            return effect("m").run(connection);
        };
        assertThat(vm.submit(vm.submission("m"), savepoint).outcome()).isEqualTo(Outcome.EXECUTED);
        assertThat(database.effects("m")).isEqualTo(1);
    }

    @Test
    void tags_its_sessions_whatever_the_pool_is_set_up_like() throws Exception {
        Vm other = new Vm(new VmConfig("e2", "east", "host-1", pool, LIMITS));
        Result tagged = other.submit(other.submission("k"), connection -> {
            List<String> tags = database.texts("SELECT application_name FROM pg_stat_activity WHERE usename = 'app'"
                    + " AND state = 'idle in transaction'");
            return Answer.of(200, "text/plain", String.join(",", tags));
        });
        assertThat(tagged.answer().text()).isEqualTo("gemel-vm:e2");
        assertThat(database.texts("SELECT DISTINCT application_name FROM pg_stat_activity WHERE usename = 'app'"))
                .containsExactly("gemel-vm:e1");
        try (Connection connection = pool.getConnection()) {
            assertThat(Sql.text(connection, "SHOW tcp_user_timeout")).isEqualTo("2000");
            assertThat(connection.getAutoCommit()).isTrue();
        }
        other.close();
    }

    private static HikariDataSource serializable() {
        HikariConfig strict =
                database.poolConfig("e1", LIMITS, database.server().port());
        strict.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
        return new HikariDataSource(strict);
    }

    private Work effect(String key) {
        return connection -> {
            runs.incrementAndGet();
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO effect (key, vm) VALUES (?, 'e1')")) {
                insert.setString(1, key);
                insert.executeUpdate();
            }
            return DONE;
        };
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
