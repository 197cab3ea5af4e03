package io.gemel.capture.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.capture.api.CaptureException.Classification;
import io.gemel.conflict.log.LogException;
import io.gemel.reason.Advice;
import java.net.ConnectException;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CaptureExceptionTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new SQLException("gone", "08006"), Classification.RETRY),
                Arguments.of(new SQLException("shutting down", "57P01"), Classification.RETRY),
                Arguments.of(new SQLException("slot is active", "55006"), Classification.RETRY),
                Arguments.of(new SQLException("wrong password", "28P01"), Classification.HALT),
                Arguments.of(new SQLException("no such table", "42P01"), Classification.HALT),
                Arguments.of(new SQLException("no such database", "3D000"), Classification.HALT),
                Arguments.of(new ConnectException("refused"), Classification.RETRY),
                Arguments.of(new TimeoutException("Kafka is away"), Classification.RETRY),
                Arguments.of(new RecordTooLargeException("too large"), Classification.HALT),
                Arguments.of(new TopicAuthorizationException("gemel.east"), Classification.HALT),
                Arguments.of(new LogException("a gap"), Classification.HALT),
                Arguments.of(new IllegalStateException("?"), Classification.RETRY));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void says_whether_trying_again_may_help(Exception failure, Classification expected) {
        assertThat(CaptureException.of("trying", failure).classification()).isEqualTo(expected);
        assertThat(CaptureException.of("trying", new RuntimeException("wrapped", failure))
                        .classification())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void keeps_what_was_classified_before(Exception failure, Classification ignored) {
        CaptureException known = CaptureException.halt(Advice.CAPTURE_SLOT_LOST, "fix this", failure);

        assertThat(CaptureException.of("trying", new RuntimeException(known))).isSameAs(known);
    }
}
