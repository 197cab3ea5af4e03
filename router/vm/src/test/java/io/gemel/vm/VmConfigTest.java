package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class VmConfigTest {
    @Test
    void everything_that_is_wrong_is_said_at_once() {
        assertThatThrownBy(() -> new VmConfig("e 1", "east", "host'1", List.of("transfers"), null))
                .hasMessageContaining("name 'e 1'")
                .hasMessageContaining("host 'host'1'")
                .hasMessageContaining("submissions has 'transfers'")
                .hasMessageNotContaining("site");
    }

    @Test
    void the_longest_name_fits_into_a_sessions_tag() {
        String longest = "v".repeat(VmConfig.NAME_MAX);
        assertThat(SessionTag.of(longest)).hasSizeLessThan(64);
        assertThatThrownBy(() -> Vm.sessionProperties(longest + "v", VmLimits.DEFAULT))
                .hasMessageContaining("40");
    }

    @Test
    void limits_are_positive_and_bounded() {
        assertThatThrownBy(() -> VmLimits.DEFAULT.withTime(Duration.ZERO)).hasMessageContaining("time");
        assertThatThrownBy(() -> VmLimits.DEFAULT.withTime(VmLimits.TIME_MAX.plusMillis(1)))
                .hasMessageContaining("PT1H");
        assertThatThrownBy(() -> VmLimits.DEFAULT.withAnswerBytesMax(-1)).hasMessageContaining("answerBytesMax");
    }

    @Test
    void the_driver_waits_longer_than_a_submission_lasts() {
        Map<String, String> properties = Vm.sessionProperties("e1", VmLimits.DEFAULT.withTime(Duration.ofSeconds(30)));
        assertThat(properties)
                .containsEntry("ApplicationName", "gemel-vm:e1")
                .containsEntry("socketTimeout", "40")
                .hasEntrySatisfying("options", options -> assertThat(options).contains("tcp_user_timeout=2000"));
    }
}
