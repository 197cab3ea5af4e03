package io.gemel.capture.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.capture.Fixtures;
import io.gemel.reason.RowRoom;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class CaptureConfigTest {
    @Test
    void names_everything_that_is_wrong_at_once() {
        assertThatThrownBy(() -> new CaptureConfig(
                        Fixtures.EAST,
                        "jdbc:mariadb://host/bank",
                        "",
                        "",
                        "",
                        "",
                        "gemel",
                        table -> true,
                        Map.of(),
                        "gemel.east",
                        10,
                        RowRoom.of(1),
                        -1,
                        5,
                        Duration.ZERO,
                        LongUnaryOperator.identity()))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(
                        "jdbcUrl",
                        "user",
                        "slot",
                        "bootstrap.servers",
                        "transactionPartBytesMax",
                        "imageBytesMax",
                        "sendBufferBytes",
                        "heartbeatInterval");
    }

    @Test
    void does_not_print_the_password() {
        assertThat(Fixtures.config(4096).toString()).doesNotContain("secret").contains("gemel_east");
    }
}
