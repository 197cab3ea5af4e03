package io.gemel.apply.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.apply.target.ApplyFailure.Kind;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureClassifierTest {
    @ParameterizedTest
    @CsvSource({
        "40001, RETRY", // serialization failure
        "40P01, RETRY", // deadlock
        "55P03, RETRY", // lock timeout
        "23505, UNIQUE",
        "23P01, UNIQUE", // exclusion constraint
        "08006, RESTART", // connection lost
        "57P01, RESTART", // shut down by an administrator
        "53100, RESTART", // disk full
        "23514, PARK", // check constraint
        "54000, PARK", // a value too long for an index
        "54001, HALT", // nested too deeply
        "42703, HALT", // column missing
        "42501, HALT", // privilege missing
        "28P01, HALT" // password wrong
    })
    void knows_what_an_error_of_the_database_means(String state, Kind kind) {
        SQLException error = new SQLException("why", state);

        assertThat(FailureClassifier.classify(new StatementException("statement", error)))
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind))
                .hasMessageContaining("why")
                .hasMessageContaining(state);
    }

    @Test
    void names_the_reason_and_not_the_pool_that_waited_in_vain() {
        SQLException pool = new SQLTransientConnectionException(
                "request timed out", "08001", new SQLException("password authentication failed", "28P01"));

        assertThat(FailureClassifier.classify(pool))
                .hasMessageContaining("password authentication failed")
                .hasMessageContaining("check database.user and database.password")
                .hasMessageNotContaining("timed out");
    }

    @Test
    void takes_a_plan_that_outlived_its_table_for_worth_a_retry() {
        SQLException stale = new SQLException("cached plan must not change result type", "0A000");

        assertThat(FailureClassifier.classify(stale).kind()).isEqualTo(Kind.RETRY);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "0", "08"})
    void starts_again_after_an_error_without_a_whole_sqlstate(@Nullable String state) {
        SQLException error = new SQLException("why", state);

        assertThat(FailureClassifier.classify(error))
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.RESTART))
                .hasMessageContaining("why");
        assertThat(FailureClassifier.classifyCommit(error).kind()).isEqualTo(Kind.RESTART);
    }

    @Test
    void finds_the_sqlstate_behind_an_error_of_the_driver_without_one() {
        SQLException error = new SQLException("driver", "", new SQLException("disk full", "53100"));

        assertThat(FailureClassifier.classify(error)).hasMessageContaining("disk full [SQLSTATE 53100]");
    }
}
