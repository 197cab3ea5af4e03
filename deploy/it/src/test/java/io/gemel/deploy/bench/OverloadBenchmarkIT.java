package io.gemel.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.bank.BankKind;
import io.gemel.deploy.bench.OverloadBenchmark.Load;
import io.gemel.deploy.bench.OverloadBenchmark.Plan;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of the two VMs is a Spring Boot application, or as {@link BankKind} is told. */
@Tag("alone")
class OverloadBenchmarkIT {
    private static final List<Double> FIVE_TIMES = List.of(5.0);
    private static final Plan TINY =
            new Plan(Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(8), FIVE_TIMES);
    private static final Plan LONG =
            new Plan(Duration.ofSeconds(30), Duration.ofSeconds(15), Duration.ofSeconds(60), FIVE_TIMES);
    private static final Plan PLAN = Integer.getInteger("gemel.test.fault.trials", 1) > 1 ? LONG : TINY;

    @TempDir
    Path folder;

    @Test
    void under_too_much_load_each_request_is_done_or_turned_away_and_only_the_dead_vm_is_dead() throws Exception {
        StringWriter out = new StringWriter();

        List<Load> loads =
                OverloadBenchmark.run(new PrintWriter(out, true), folder.resolve("bench"), BankKind::processOf, PLAN);

        assertThat(loads).singleElement().satisfies(load -> {
            assertThat(load.sample().shed()).isPositive();
            assertThat(load.sample().failed())
                    .as("neither done nor turned away")
                    .isEqualTo(load.sample().shed());
            assertThat(load.deaths()).as("one VM was killed").isEqualTo(1);
        });
        System.out.println(out);
        assertThat(out.toString()).containsPattern("overload: [\\d.]+ times as much is done at 5x as at 5x");
    }
}
