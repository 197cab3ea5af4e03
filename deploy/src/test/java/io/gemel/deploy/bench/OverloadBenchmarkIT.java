package io.gemel.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.bench.OverloadBenchmark.Load;
import io.gemel.deploy.bench.OverloadBenchmark.Plan;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverloadBenchmarkIT {
    private static final Plan TINY =
            new Plan(Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(8), List.of(5.0));

    @TempDir
    Path folder;

    @Test
    void under_too_much_load_each_request_is_done_or_turned_away_and_only_the_dead_vm_is_dead() throws Exception {
        StringWriter out = new StringWriter();

        List<Load> loads = OverloadBenchmark.run(new PrintWriter(out, true), folder.resolve("bench"), TINY);

        assertThat(loads).singleElement().satisfies(load -> {
            assertThat(load.sample().shed()).isPositive();
            assertThat(load.sample().failed())
                    .as("neither done nor turned away")
                    .isEqualTo(load.sample().shed());
            assertThat(load.deaths()).as("one VM was killed").isEqualTo(1);
        });
        assertThat(out.toString()).containsPattern("overload: [\\d.]+ times as much is done at 5x as at 5x");
    }
}
