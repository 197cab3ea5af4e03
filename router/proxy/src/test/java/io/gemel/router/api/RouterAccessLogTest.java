package io.gemel.router.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RouterAccessLogTest {
    @Test
    void a_field_that_is_none_and_one_named_twice_are_refused() {
        List<String> problems = new ArrayList<>();
        new RouterAccessLog(RouterAccessLog.Format.JSON, List.of("time", "tiem", "time")).check(problems);

        assertThat(problems).hasSize(2);
        assertThat(problems.get(0)).contains("tiem", "none of time, address, method", "fingerprint");
        assertThat(problems.get(1)).contains("twice");
    }
}
