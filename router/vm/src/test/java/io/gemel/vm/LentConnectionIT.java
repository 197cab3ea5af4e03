package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What asks for connections inside a submission behaves as on connections of its own, and nothing of it is committed by itself. */
final class LentConnectionIT extends SubmitFixture {
    private static final String INSERT = "INSERT INTO effect (key) VALUES ('k')";

    /** What uses connections. */
    @FunctionalInterface
    private interface Use {
        void of(Connection connection) throws SQLException;
    }

    private Result lending(Use use) {
        return lending(vm, use);
    }

    private Result lending(Vm of, Use use) {
        return of.submit(of.submission("k"), unused -> {
            try (Connection lent = of.dataSource().getConnection()) {
                use.of(lent);
            }
            return DONE;
        });
    }

    @Test
    void work_that_asks_for_a_connection_is_lent_the_submission_s_own() throws Exception {
        Result refused = vm.submit(vm.submission("k"), connection -> {
            try (Connection lent = vm.dataSource().getConnection()) {
                assertThat(lent.getAutoCommit()).isTrue();
                assertThat(vm.isInSubmission()).isTrue();
                execute(lent, INSERT);
            }
            assertThatThrownBy(() -> vm.dataSource().getConnection("app", ""))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("the submission's own");
            return Answer.of(402);
        });
        assertThat(refused.answer().status()).isEqualTo(402);
        assertThat(database.effects("k")).as("rolled back with the submission").isZero();
        assertThat(vm.isInSubmission()).isFalse();
        try (Connection outside = vm.dataSource().getConnection()) {
            execute(outside, INSERT);
        }
        assertThat(database.effects("k")).isEqualTo(1);
    }

    @Test
    void a_rollback_takes_back_what_its_transaction_did_and_a_commit_keeps_it() throws Exception {
        assertThat(lending(lent -> {
                            lent.setAutoCommit(false);
                            try (PreparedStatement insert = lent.prepareStatement(INSERT)) {
                                insert.execute();
                                lent.commit();
                                insert.execute();
                                lent.rollback();
                                insert.execute();
                            }
                            lent.setAutoCommit(true);
                            lent.setAutoCommit(false);
                            execute(lent, INSERT);
                            // Closed without a commit, as pools have it.
                        })
                        .outcome())
                .isEqualTo(Outcome.EXECUTED);
        assertThat(database.effects("k")).as("the first and the third").isEqualTo(2);
    }

    @Test
    void a_statement_that_fails_outside_of_a_transaction_fails_alone() throws Exception {
        assertThat(lending(lent -> {
                            assertThatThrownBy(() -> execute(lent, "SELECT 1 / 0"))
                                    .isInstanceOf(SQLException.class);
                            execute(lent, INSERT);
                            lent.setAutoCommit(false);
                            assertThatThrownBy(() -> execute(lent, "SELECT 1 / 0"))
                                    .isInstanceOf(SQLException.class);
                            assertThatThrownBy(() -> execute(lent, INSERT))
                                    .as("as in every transaction")
                                    .isInstanceOf(SQLException.class)
                                    .extracting(e -> ((SQLException) e).getSQLState())
                                    .isEqualTo("25P02");
                            lent.rollback();
                        })
                        .outcome())
                .isEqualTo(Outcome.EXECUTED);
        assertThat(database.effects("k")).isEqualTo(1);
    }

    @Test
    void a_second_transaction_while_one_is_open_is_refused_whatever_becomes_of_the_error() throws Exception {
        Result refused = lending(lent -> {
            lent.setAutoCommit(false);
            try (Connection second = vm.dataSource().getConnection()) {
                execute(second, INSERT);
                second.setAutoCommit(false);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("REQUIRES_NEW");
            }
            lent.commit();
        });
        assertThat(refused.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(refused.answer().text()).contains("REQUIRES_NEW", "nothing was committed");
        assertThat(database.effects("k")).isZero();
    }

    @Test
    void a_rollback_that_would_take_others_work_back_is_refused() throws Exception {
        assertThat(lending(lent -> {
                            lent.setAutoCommit(false);
                            execute(lent, INSERT);
                            try (Connection second = vm.dataSource().getConnection()) {
                                execute(second, INSERT);
                            }
                            lent.rollback();
                        })
                        .answer()
                        .text())
                .contains("NOT_SUPPORTED");
        assertThat(database.effects("k")).isZero();
    }

    @Test
    void a_pool_that_leaves_commits_to_the_application_lends_such_connections() throws Exception {
        HikariConfig config =
                database.poolConfig("e1", LIMITS, database.server().port());
        config.setAutoCommit(false);
        try (HikariDataSource manual = new HikariDataSource(config);
                Vm own = new Vm(new VmConfig("e1", "east", "host-1", List.of(), manual, LIMITS))) {
            Result result = lending(own, lent -> {
                assertThat(lent.getAutoCommit()).isFalse();
                execute(lent, INSERT);
                lent.commit();
                execute(lent, INSERT);
                lent.rollback();
            });
            assertThat(result.outcome()).isEqualTo(Outcome.EXECUTED);
            assertThat(database.effects("k")).isEqualTo(1);
            database.reset();
            Result refused = lending(own, lent -> {
                execute(lent, INSERT);
                try (Connection second = own.dataSource().getConnection()) {
                    execute(second, INSERT);
                    second.commit();
                }
            });
            assertThat(refused.answer().text()).contains("REQUIRES_NEW");
        }
    }

    @Test
    void a_transaction_is_no_stricter_than_the_submission_s() {
        assertThat(lending(lent -> {
                            lent.setReadOnly(true);
                            assertThat(lent.isReadOnly()).isTrue();
                            execute(lent, INSERT);
                            lent.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                        })
                        .outcome())
                .isEqualTo(Outcome.EXECUTED);
        assertThat(vm.submit(vm.submission("l"), unused -> {
                            try (Connection lent = vm.dataSource().getConnection()) {
                                lent.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                            }
                            return DONE;
                        })
                        .answer()
                        .text())
                .contains("isolation");
    }

    @Test
    void what_was_lent_is_of_no_use_afterwards() throws Exception {
        Connection[] kept = new Connection[1];
        lending(lent -> kept[0] = vm.dataSource().getConnection());
        assertThat(kept[0].isClosed()).isTrue();
        assertThatThrownBy(() -> execute(kept[0], INSERT)).isInstanceOf(SQLException.class);
        kept[0].close();
    }
}
