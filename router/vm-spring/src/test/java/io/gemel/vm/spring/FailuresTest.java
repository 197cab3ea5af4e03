package io.gemel.vm.spring;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;

/** Which errors of an application the library answers. */
final class FailuresTest {
    @Test
    void a_conflict_of_versions_is_one_that_the_database_might_have_told() {
        Exception error = SpringHandling.forLibrary(
                new ServletException(new OptimisticLockingFailureException("version 3", new RuntimeException())));
        assertThat(error)
                .isInstanceOfSatisfying(
                        SQLException.class, sql -> assertThat(sql.getSQLState()).isEqualTo("40001"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01", "55P03", "08006", "57P01", "57014", "25006", "25P03"})
    void the_database_s_word_on_the_transaction_is_the_library_s(String state) {
        SQLException cause = new SQLException("?", state);
        assertThat(SpringHandling.forLibrary(
                        new ServletException(new DataAccessResourceFailureException("lost", cause))))
                .isSameAs(cause);
    }

    @ParameterizedTest
    @ValueSource(strings = {"23505", "22001", "42P01", "25P02", "P0001"})
    void the_database_s_word_on_a_statement_is_the_application_s(String state) {
        assertThat(SpringHandling.forLibrary(
                        new DataIntegrityViolationException("taken", new SQLException("?", state))))
                .isNull();
    }

    @Test
    void everything_else_is_the_application_s() {
        assertThat(SpringHandling.forLibrary(null)).isNull();
        assertThat(SpringHandling.forLibrary(new IllegalStateException("broken")))
                .isNull();
        RuntimeException own = new IllegalStateException("outer");
        own.initCause(new IllegalArgumentException("inner", own));
        assertThat(SpringHandling.forLibrary(own)).as("a circle of causes").isNull();
    }
}
