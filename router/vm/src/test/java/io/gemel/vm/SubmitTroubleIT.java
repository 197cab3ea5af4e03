package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a VM does when something about it, its database or its application is not as it should be. */
final class SubmitTroubleIT extends SubmitFixture {
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
            Vm careful = new Vm(new VmConfig("e1", "east", "host-1", List.of(), strict, LIMITS));
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
    void refuses_to_keep_an_answer_that_is_too_long() throws Exception {
        Vm narrow = new Vm(new VmConfig("e1", "east", "host-1", List.of(), pool, LIMITS.withAnswerBytesMax(1000)));
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
        Answer longest =
                Answer.of(200, "application/octet-stream", new byte[1000]).withoutChange();
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
        Vm other = new Vm(new VmConfig("e2", "east", "host-1", List.of(), pool, LIMITS));
        Result tagged = other.submit(other.submission("k"), connection -> {
            List<String> tags = database.texts("SELECT application_name FROM pg_stat_activity WHERE usename = 'app'"
                    + " AND state = 'idle in transaction'");
            return Answer.of(200, "text/plain", String.join(",", tags)).withoutChange();
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

    private HikariDataSource serializable() {
        HikariConfig strict =
                database.poolConfig("e1", LIMITS, database.server().port());
        strict.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
        return new HikariDataSource(strict);
    }
}
