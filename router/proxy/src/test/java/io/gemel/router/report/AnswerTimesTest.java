package io.gemel.router.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerTimesTest {
    private final AnswerTimes times = new AnswerTimes();

    @Test
    void counts_what_took_no_longer_than_each_bound() {
        times.record("/transfers", "e1", 201, 5_000);
        times.record("/transfers", "e1", 200, 5_001);
        times.record("/transfers", "e1", 204, 30_000_001);

        assertThat(times.report())
                .containsExactly(new RouterReport.Answers(
                        "/transfers",
                        "e1",
                        "2xx",
                        List.of(1L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 3L),
                        30_010_002));
    }

    @Test
    void tells_routes_vms_and_classes_of_status_apart() {
        times.record("/", null, 503, 1);
        times.record("/", "e2", 499, 1);
        times.record("/", "e1", 404, 1);
        times.record(AnswerTimes.NONE, null, 400, 1);

        assertThat(times.report())
                .extracting(answers -> answers.route() + " " + answers.vm() + " " + answers.code())
                .containsExactly("- - 4xx", "/ - 5xx", "/ e1 4xx", "/ e2 4xx");
    }
}
