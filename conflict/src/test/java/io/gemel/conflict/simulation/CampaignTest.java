package io.gemel.conflict.simulation;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random schedules of every policy in every setting: no promise may break. */
class CampaignTest {
    private static final int SEEDS = 40;
    private static final int STEPS = 200;

    @ParameterizedTest
    @MethodSource("configurations")
    void keeps_every_promise(Configuration configuration) {
        Long seed = Long.getLong("gemel.simulation.seed");
        int steps = Integer.getInteger("gemel.simulation.steps", STEPS);
        Campaign campaign = seed != null
                ? new Campaign(configuration, seed, 1, steps)
                : new Campaign(configuration, 0, Integer.getInteger("gemel.simulation.seeds", SEEDS), steps);
        Campaign.Finding finding = campaign.run();
        if (finding != null) {
            fail(finding.report());
        }
    }

    static Stream<Configuration> configurations() {
        List<Configuration> configurations = new ArrayList<>();
        for (Rule rule : Rule.values()) {
            configurations.add(Configuration.of(rule));
            configurations.add(Configuration.of(rule, Setting.NO_DELTA));
            configurations.add(Configuration.of(rule, Setting.PARTITION));
            configurations.add(Configuration.of(rule, Setting.ALWAYS_SLOW));
            configurations.add(Configuration.of(rule, Setting.ZOMBIE));
            configurations.add(Configuration.of(rule, Setting.PARTS));
            configurations.add(Configuration.of(rule, Setting.TRUNCATE));
            configurations.add(Configuration.of(rule, Setting.PLANNED));
            configurations.add(
                    Configuration.of(rule, Setting.ZOMBIE, Setting.PARTS, Setting.TRUNCATE, Setting.PLANNED));
        }
        return configurations.stream();
    }
}
