package io.gemel.conflict.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wrong rules that look reasonable. Each must be found out, or the checkers have gone blind. Most are planted silently: the
 * applier's own checks are off, and only unequal databases or wrong counters count.
 */
class PlantedFaultTest {
    private static final int SEEDS_MAX = 20_000;
    private static final int STEPS = 200;

    @ParameterizedTest
    @MethodSource("faults")
    void is_found_out(Configuration configuration) {
        assertThat(new Campaign(configuration, 0, SEEDS_MAX, STEPS).run())
                .as("a violation of %s", configuration)
                .isNotNull();
    }

    static Stream<Configuration> faults() {
        return Stream.of(
                silently(Fault.PAIRWISE_RESOLUTION, Rule.LAST_WRITER_WINS),
                silently(Fault.PAIRWISE_RESOLUTION, Rule.SITE_PRIORITY),
                silently(Fault.PAIRWISE_RESOLUTION, Rule.COLUMN_MERGE),
                silently(Fault.PAIRWISE_RESOLUTION, Rule.GREATEST, Setting.NO_DELTA),
                silently(Fault.PAIRWISE_RESOLUTION, Rule.THREE_WAY_MERGE),
                silently(Fault.FAST_PATH_BY_COMMIT_TIME, Rule.LAST_WRITER_WINS, Setting.ONE_KEY),
                silently(Fault.FAST_PATH_BY_BEFORE_IMAGE, Rule.SITE_PRIORITY, Setting.NO_DELTA),
                silently(Fault.SEEN_TOO_LOW, Rule.SITE_PRIORITY),
                silently(Fault.SEEN_TOO_LOW, Rule.GREATEST, Setting.ONE_KEY),
                silently(Fault.SEEN_TOO_LOW, Rule.THREE_WAY_MERGE),
                loudly(Fault.SEEN_AS_OF_READING, Rule.LAST_WRITER_WINS),
                silently(Fault.ACKNOWLEDGED_PAST_CAPTURE, Rule.GREATEST, Setting.NO_DELTA),
                silently(Fault.PRUNED_BEFORE_COMMIT, Rule.LAST_WRITER_WINS),
                silently(Fault.SLOT_AHEAD_OF_LOG, Rule.LAST_WRITER_WINS),
                loudly(Fault.DUPLICATE_AT_NEW_POSITION, Rule.SITE_PRIORITY),
                silently(Fault.ABSENT_KEY_NOT_LOCKED, Rule.LAST_WRITER_WINS, Setting.NO_DELTA, Setting.ONE_KEY),
                silently(Fault.ENTRIES_NOT_STORED, Rule.COLUMN_MERGE),
                silently(Fault.STORED_ENTRIES_OUTDATED, Rule.LAST_WRITER_WINS),
                silently(Fault.HEARTBEAT_TAKES_POSITION, Rule.LAST_WRITER_WINS),
                silently(Fault.REGISTERED_AT_PUBLISHING, Rule.LAST_WRITER_WINS),
                loudly(Fault.EPOCH_NEVER_GROWS, Rule.LAST_WRITER_WINS, Setting.ZOMBIE, Setting.PARTS));
    }

    private static Configuration silently(Fault fault, Rule rule, Setting... settings) {
        return Configuration.of(rule, settings).silently(fault);
    }

    private static Configuration loudly(Fault fault, Rule rule, Setting... settings) {
        return Configuration.of(rule, settings).planted(fault);
    }
}
