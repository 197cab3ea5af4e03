package io.gemel.apply.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wrong rules that look reasonable. Each must be found out, or the checkers have gone blind. Most are planted silently: the
 * applier's own checks are off, and only unequal databases or wrong counters count.
 */
class PlantedFaultTest {
    private static final int SEEDS_MAX = 20_000;
    private static final int HARMLESS_SEEDS = 12;
    private static final int STEPS = 200;

    @ParameterizedTest
    @MethodSource("faults")
    void is_found_out(Configuration configuration, long firstSeed) {
        assertThat(new Campaign(configuration, firstSeed, SEEDS_MAX, STEPS).failure())
                .as("a violation of %s", configuration)
                .isNotNull();
    }

    /** Each site may give up the value of whichever row it likes: both then do the same. */
    @ParameterizedTest
    @EnumSource
    void which_row_keeps_a_unique_value_does_not_matter(Rule rule) {
        assertThat(new Campaign(loudly(Fault.WEAKEST_KEEPS, rule, Setting.UNIQUE), 0, HARMLESS_SEEDS, STEPS).failure())
                .isNull();
    }

    static Stream<Arguments> faults() {
        return Stream.concat(
                common().map(fault -> Arguments.of(fault, 0L)),
                Stream.of( // seldom found: not to look long, begin where they once were
                        Arguments.of(
                                silently(Fault.ACKNOWLEDGED_PAST_CAPTURE, Rule.GREATEST, Setting.NO_DELTA), 1_500L),
                        Arguments.of(
                                silently(
                                        Fault.ORPHANS_OF_VOID_ROWS,
                                        Rule.LAST_WRITER_WINS,
                                        Setting.ORPHANS,
                                        Setting.SUBMISSIONS),
                                2_100L),
                        Arguments.of(
                                silently(
                                        Fault.ORPHAN_MOVED,
                                        Rule.SITE_PRIORITY,
                                        Setting.ZOMBIE,
                                        Setting.PARTS,
                                        Setting.ORPHANS),
                                1_200L)));
    }

    private static Stream<Configuration> common() {
        return Stream.of(
                silently(Fault.PAIRWISE_RESOLUTION, Rule.LAST_WRITER_WINS),
                silently(Fault.PAIRWISE_RESOLUTION, Rule.SITE_PRIORITY),
                silently(Fault.PAIRWISE_RESOLUTION, Rule.COLUMN_MERGE),
                silently(Fault.PAIRWISE_RESOLUTION, Rule.GREATEST, Setting.NO_DELTA),
                silently(Fault.PAIRWISE_RESOLUTION, Rule.THREE_WAY_MERGE),
                silently(Fault.SEEN_TOO_LOW, Rule.SITE_PRIORITY),
                silently(Fault.SEEN_TOO_LOW, Rule.THREE_WAY_MERGE),
                silently(Fault.SEEN_TOO_LOW, Rule.GREATEST, Setting.ONE_KEY),
                silently(Fault.FAST_PATH_BY_BEFORE_IMAGE, Rule.SITE_PRIORITY, Setting.NO_DELTA),
                silently(Fault.CORRECTION_AS_APPLIER_WRITE, Rule.LAST_WRITER_WINS, Setting.UNIQUE),
                loudly(Fault.SEEN_AS_OF_READING, Rule.LAST_WRITER_WINS),
                silently(Fault.PRUNED_BEFORE_COMMIT, Rule.LAST_WRITER_WINS),
                silently(Fault.SLOT_AHEAD_OF_LOG, Rule.LAST_WRITER_WINS),
                loudly(Fault.DUPLICATE_AT_NEW_POSITION, Rule.SITE_PRIORITY),
                silently(Fault.ABSENT_KEY_NOT_LOCKED, Rule.LAST_WRITER_WINS, Setting.NO_DELTA, Setting.ONE_KEY),
                silently(Fault.ENTRIES_NOT_STORED, Rule.COLUMN_MERGE),
                silently(Fault.STORED_ENTRIES_OUTDATED, Rule.LAST_WRITER_WINS),
                silently(Fault.HEARTBEAT_TAKES_POSITION, Rule.LAST_WRITER_WINS),
                silently(Fault.REGISTERED_AT_PUBLISHING, Rule.LAST_WRITER_WINS),
                loudly(Fault.EPOCH_NEVER_GROWS, Rule.LAST_WRITER_WINS, Setting.ZOMBIE, Setting.PARTS),
                silently(Fault.NEWER_EPOCH_UNNOTICED, Rule.LAST_WRITER_WINS, Setting.STRANGER),
                silently(Fault.STRANGER_NOT_REFUSED, Rule.LAST_WRITER_WINS, Setting.STRANGER),
                silently(Fault.RELEASE_UNPUBLISHED, Rule.LAST_WRITER_WINS, Setting.UNIQUE),
                silently(Fault.RELEASE_UNPUBLISHED, Rule.LAST_WRITER_WINS, Setting.UNIQUE_REMOVE),
                silently(Fault.ORPHAN_COMES_BACK, Rule.LAST_WRITER_WINS, Setting.ORPHANS),
                silently(Fault.ORPHAN_COMES_BACK, Rule.COLUMN_MERGE, Setting.ORPHANS),
                silently(Fault.CORRECTION_BEFORE_MARKER, Rule.SITE_PRIORITY, Setting.UNIQUE),
                silently(Fault.REFRESH_INSTEAD_OF_VOID, Rule.LAST_WRITER_WINS, Setting.SUBMISSIONS),
                silently(Fault.LATECOMER_IS_VOID, Rule.LAST_WRITER_WINS, Setting.SUBMISSIONS),
                silently(Fault.LAST_RIVAL_ONLY, Rule.LAST_WRITER_WINS, Setting.SUBMISSIONS),
                silently(Fault.VOID_ROWS_KEPT, Rule.LAST_WRITER_WINS, Setting.SUBMISSIONS),
                silently(Fault.VOID_NOTES_NOT_STORED, Rule.LAST_WRITER_WINS, Setting.SUBMISSIONS),
                silently(Fault.VOID_REBUILT_INTO_WINDOW, Rule.LAST_WRITER_WINS, Setting.SUBMISSIONS),
                silently(Fault.SUBMISSION_LOOKED_UP_ONCE, Rule.LAST_WRITER_WINS, Setting.SUBMISSIONS),
                silently(Fault.CAPTURE_NOT_AWAITED, Rule.LAST_WRITER_WINS),
                silently(Fault.COLLISION_NOT_AWAITED, Rule.LAST_WRITER_WINS, Setting.UNIQUE),
                loudly(Fault.ANSWER_LOST_TRIED_AGAIN, Rule.LAST_WRITER_WINS));
    }

    private static Configuration silently(Fault fault, Rule rule, Setting... settings) {
        return Configuration.of(rule, settings).silently(fault);
    }

    private static Configuration loudly(Fault fault, Rule rule, Setting... settings) {
        return Configuration.of(rule, settings).planted(fault);
    }
}
