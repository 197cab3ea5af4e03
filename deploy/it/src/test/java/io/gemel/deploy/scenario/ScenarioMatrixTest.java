package io.gemel.deploy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.conflict.ConflictKind;
import io.gemel.deploy.config.PolicyNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every kind of conflict has a scenario under every policy, and docs/conflicts.md names files that exist. */
class ScenarioMatrixTest {
    private static final EnumSet<ConflictKind> WHATEVER_THE_POLICY = EnumSet.of(ConflictKind.SUBMISSION_VOID);
    private static final EnumSet<ConflictKind> NOT_OF_TWO_CHANGES = EnumSet.of(ConflictKind.ROW_DIVERGED);
    private static final Path PAGE = Path.of("..", "..", "docs", "conflicts.md");
    private static final Pattern NAMED = Pattern.compile("`([a-z-]+/[a-z-]+)`");

    @Test
    void covers_every_kind_of_conflict_under_every_policy() throws Exception {
        Set<String> wanted = new TreeSet<>();
        EnumSet<ConflictKind> kinds = EnumSet.complementOf(WHATEVER_THE_POLICY);
        kinds.removeAll(NOT_OF_TWO_CHANGES);
        for (ConflictKind kind : kinds) {
            for (String policy : PolicyNames.ofRows()) {
                boolean plain = PolicyNames.alikeForOneRow().contains(policy);
                if (!plain || !JournalLine.BETWEEN_ROWS.contains(kind)) {
                    wanted.add(kind + " under " + policy);
                }
                if (!plain && !JournalLine.BETWEEN_ROWS.contains(kind)) {
                    wanted.add(kind + " under " + policy + " with " + PolicyNames.ofColumns());
                }
            }
        }
        WHATEVER_THE_POLICY.forEach(kind -> wanted.add(kind + " under last-writer-wins"));
        Set<String> covered = new TreeSet<>();
        for (Scenario scenario : Scenarios.all()) {
            String policy = scenario.policy().replaceAll("[(,].*", "")
                    + (scenario.policy().contains(PolicyNames.ofColumns() + "(")
                            ? " with " + PolicyNames.ofColumns()
                            : "");
            for (JournalLine line : scenario.journal()) {
                line.kinds().forEach(kind -> covered.add(kind + " under " + policy));
            }
        }
        assertThat(covered)
                .as("add a file to deploy/scenarios for each that is missing")
                .containsAll(wanted);
    }

    @Test
    void has_a_file_for_every_scenario_that_the_page_names() throws Exception {
        List<String> known = Scenarios.all().stream().map(Scenario::name).toList();
        List<String> named = new ArrayList<>();
        Matcher matcher = NAMED.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            named.add(matcher.group(1));
        }
        assertThat(named).isNotEmpty();
        assertThat(known).containsAll(named);
    }
}
