package io.gemel.apply.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.deploy.embedded.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresSessionIT {
    private static final String NUMBERS = "SELECT n FROM generate_series(1, ?) AS n ORDER BY n";

    private static PostgresServer server;

    private Connection connection;
    private PostgresSession session;

    @BeforeAll
    static void start(@TempDir Path folder) {
        server = PostgresServer.builder(folder).withoutFsync().build().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() throws Exception {
        connection = server.connect("postgres");
        connection.setAutoCommit(false);
        session = new PostgresSession(connection);
        session.execute("CREATE TEMPORARY TABLE t (id int PRIMARY KEY, v text, b bytea) ON COMMIT DROP");
    }

    @AfterEach
    void disconnect() throws Exception {
        connection.close();
    }

    @Test
    void counts_the_rows_that_a_statement_has_changed() throws Exception {
        assertThat(session.execute("INSERT INTO t SELECT n FROM generate_series(1, ?) AS n", 3))
                .isEqualTo(3);
        assertThat(session.execute("UPDATE t SET v = ?, b = ? WHERE id > ?", null, new byte[] {0, 1}, 1L))
                .isEqualTo(2);
        assertThat(session.list("SELECT b FROM t WHERE b IS NOT NULL", row -> row.getBytes(1)))
                .containsExactly(new byte[] {0, 1}, new byte[] {0, 1});
    }

    @Test
    void gives_every_row_the_first_one_or_the_only_one() throws Exception {
        List<Integer> taken = new ArrayList<>();
        session.forEach(NUMBERS, row -> taken.add(row.getInt(1)), 3);

        assertThat(taken).containsExactly(1, 2, 3);
        assertThat(session.list(NUMBERS, row -> row.getInt(1), 3)).containsExactly(1, 2, 3);
        assertThat(session.<Integer>first(NUMBERS, row -> row.getInt(1), 3)).isEqualTo(1);
        assertThat(session.<Integer>first(NUMBERS, row -> row.getInt(1), 0)).isNull();
        assertThat(session.<Integer>one(NUMBERS, row -> row.getInt(1), 1)).isEqualTo(1);
    }

    @Test
    void names_the_statement_that_gave_no_row() {
        assertThatThrownBy(() -> session.one(NUMBERS, row -> row.getInt(1), 0))
                .isInstanceOfSatisfying(
                        ApplyFailure.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ApplyFailure.Kind.RESTART))
                .hasMessageContaining(NUMBERS);
    }

    @Test
    void holds_a_part_of_a_long_result_in_memory() throws Exception {
        try (ResultSet row = session.stream(NUMBERS, 2 * FetchSize.ROWS + 1)) {
            assertThat(row.getFetchSize()).isEqualTo(FetchSize.ROWS);
            int rows = 0;
            while (row.next()) {
                rows++;
            }
            assertThat(rows).isEqualTo(2 * FetchSize.ROWS + 1);
        }
    }

    @Test
    void an_error_knows_its_statement_and_its_state() {
        String statement = "SELECT missing FROM t";
        assertThatThrownBy(() -> session.list(statement, row -> row.getString(1)))
                .isInstanceOfSatisfying(StatementException.class, error -> {
                    assertThat(error.statement()).isEqualTo(statement);
                    assertThat(error.getSQLState()).isEqualTo("42703");
                });
    }

    @Test
    void plans_for_the_values_each_time_when_told_to() throws Exception {
        PostgresSession replanning = session.replanning();
        for (int run = 0; run < 10; run++) {
            session.list(NUMBERS, row -> row.getInt(1), 1);
            replanning.list(NUMBERS + " -- replanned", row -> row.getInt(1), 1);
        }

        assertThat(session.list("SELECT statement FROM pg_prepared_statements", row -> row.getString(1)))
                .anyMatch(text -> text.endsWith("ORDER BY n"))
                .noneMatch(text -> text.endsWith("replanned"));
    }
}
