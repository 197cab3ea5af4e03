package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.vm.StepFailure.Kind;
import io.gemel.vm.StepFailure.Step;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StepFailureTest {
    @ParameterizedTest
    @CsvSource({
        "40001, AGAIN",
        "40P01, AGAIN",
        "55P03, AGAIN",
        "22003, REFUSED",
        "23505, REFUSED",
        "23514, REFUSED",
        "42P01, REFUSED",
        "08006, UNREACHABLE",
        "57P01, UNREACHABLE",
        "57P03, UNREACHABLE",
        "25006, UNREACHABLE",
        "57014, TIMED_OUT",
        "25P03, TIMED_OUT",
        "25P04, TIMED_OUT",
        "25P02, FAILED",
        "53100, FAILED",
        "XX000, FAILED",
        "P0001, FAILED"
    })
    void errors_of_the_work_mean_what_their_sqlstate_says(String state, Kind kind) {
        assertThat(kind(Step.WORK, new SQLException("no", state))).isEqualTo(kind);
        assertThat(kind(Step.WORK, new IllegalStateException(new RuntimeException(new SQLException("no", state)))))
                .as("wrapped by a framework")
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "40001, AGAIN",
        "40P01, AGAIN",
        "23505, REFUSED",
        "23503, REFUSED",
        "22012, REFUSED",
        "P0001, FAILED",
        "25P02, FAILED",
        "08006, UNKNOWN",
        "08003, UNKNOWN",
        "08007, UNKNOWN",
        "40003, UNKNOWN",
        "57P01, UNKNOWN",
        "57P02, UNKNOWN",
        "57014, UNKNOWN",
        "53100, UNKNOWN",
        "58030, UNKNOWN",
        "XX000, UNKNOWN",
        "25P03, UNKNOWN"
    })
    void a_commit_is_unknown_unless_the_server_said_no_before_it(String state, Kind kind) {
        assertThat(kind(Step.COMMIT, new SQLException("no", state))).isEqualTo(kind);
    }

    @Test
    void a_commit_that_ends_without_a_word_is_unknown() {
        assertThat(kind(Step.COMMIT, new SQLException("no"))).isEqualTo(Kind.UNKNOWN);
        assertThat(kind(Step.COMMIT, new IllegalStateException("no"))).isEqualTo(Kind.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "42P01, FAILED",
        "42501, FAILED",
        "22021, FAILED",
        "55P03, AGAIN",
        "57P01, STALE",
        "08006, STALE",
        "25006, UNREACHABLE"
    })
    void errors_of_the_claim_are_never_the_requests_fault(String state, Kind kind) {
        assertThat(kind(Step.CLAIM, new SQLException("no", state))).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({"42P01, FAILED", "25P02, FAILED", "08006, UNREACHABLE", "57P01, UNREACHABLE"})
    void after_the_work_a_lost_connection_is_not_tried_again(String state, Kind kind) {
        assertThat(kind(Step.FINISH, new SQLException("no", state))).isEqualTo(kind);
    }

    @Test
    void without_a_connection_nothing_can_have_happened() {
        assertThat(kind(Step.CONNECT, new SQLException("no", "28P01"))).isEqualTo(Kind.UNREACHABLE);
        assertThat(kind(Step.CONNECT, new SQLTransientConnectionException("waited in vain")))
                .isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void an_error_of_another_kind_is_a_failure_of_the_application() {
        assertThat(kind(Step.WORK, new IOException("a file"))).isEqualTo(Kind.FAILED);
        RuntimeException circle = new RuntimeException();
        circle.initCause(new RuntimeException(circle));
        assertThat(kind(Step.WORK, circle)).isEqualTo(Kind.FAILED);
    }

    @Test
    void what_a_person_must_mend_is_said() {
        assertThat(StepFailure.of(Step.CLAIM, new SQLException("relation \"gemel.gate\" does not exist", "42P01")))
                .hasMessageContaining("gemel prepare");
        assertThat(StepFailure.of(Step.CLAIM, new SQLException("permission denied", "42501")))
                .hasMessageContaining("SELECT, INSERT, UPDATE and DELETE on gemel.submission");
    }

    private static Kind kind(Step step, Exception error) {
        return StepFailure.of(step, error).kind();
    }
}
