package io.gemel.apply.simulation;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random schedules of every policy in every setting: no promise may break. */
class CampaignTest {
    private static final SimulationCounts TALLY = new SimulationCounts();
    private static long stepsDone;

    @ParameterizedTest
    @MethodSource("configurations")
    void keeps_every_promise(Configuration configuration) {
        Campaign campaign =
                SimulationBudget.campaign(configuration, (int) configurations().count());
        Campaign.Finding finding = campaign.run();
        if (finding != null) {
            fail(finding.report());
        }
        stepsDone += campaign.steps();
        TALLY.add(campaign.tally());
    }

    @AfterAll
    static void printSum() {
        System.out.println("all campaigns: " + stepsDone + " steps, " + TALLY);
    }

    static Stream<Configuration> configurations() {
        List<Configuration> configurations = new ArrayList<>();
        for (Rule rule : Rule.values()) {
            configurations.add(Configuration.of(rule));
            configurations.add(Configuration.of(rule, Setting.NO_DELTA));
            configurations.add(Configuration.of(rule, Setting.PARTITION));
            configurations.add(Configuration.of(rule, Setting.ALWAYS_SLOW));
            configurations.add(Configuration.of(rule, Setting.ZOMBIE));
            configurations.add(Configuration.of(rule, Setting.STRANGER));
            configurations.add(Configuration.of(rule, Setting.STRANGER, Setting.ZOMBIE, Setting.PARTS));
            configurations.add(Configuration.of(rule, Setting.PARTS));
            configurations.add(Configuration.of(rule, Setting.TRUNCATE));
            configurations.add(Configuration.of(rule, Setting.ZOMBIE, Setting.PARTS, Setting.TRUNCATE));
            configurations.add(Configuration.of(rule, Setting.UNIQUE));
            configurations.add(Configuration.of(rule, Setting.UNIQUE_REMOVE));
            configurations.add(Configuration.of(rule, Setting.ORPHANS));
            configurations.add(Configuration.of(rule, Setting.ORPHANS, Setting.NO_DELTA, Setting.PARTITION));
            configurations.add(Configuration.of(rule, Setting.ORPHANS, Setting.ZOMBIE, Setting.PARTS));
            configurations.add(Configuration.of(rule, Setting.ORPHANS, Setting.SUBMISSIONS));
            configurations.add(Configuration.of(rule, Setting.SUBMISSIONS));
            configurations.add(Configuration.of(rule, Setting.SUBMISSIONS, Setting.NO_DELTA));
            configurations.add(Configuration.of(rule, Setting.SUBMISSIONS, Setting.UNIQUE, Setting.PARTITION));
            configurations.add(Configuration.of(
                    rule, Setting.SUBMISSIONS, Setting.UNIQUE_REMOVE, Setting.ZOMBIE, Setting.PARTS, Setting.TRUNCATE));
            configurations.add(Configuration.of(rule, Setting.UNIQUE, Setting.TRUNCATE));
        }
        return configurations.stream();
    }
}
