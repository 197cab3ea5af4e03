package io.gemel.apply.simulation;

import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.OrphanPolicy;
import io.gemel.conflict.PolicyTable;
import io.gemel.conflict.SubmissionLedger;
import io.gemel.conflict.TablePolicy;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one campaign simulates.
 *
 * @param fault the planted wrong rule, or null
 * @param lenient the applier does not check rows by itself: only where the sites end can tell
 */
record Configuration(
        Rule rule, Set<Setting> settings, @Nullable Fault fault, boolean lenient) {
    static Configuration of(Rule rule, Setting... settings) {
        return new Configuration(rule, copy(settings), null, false);
    }

    private static Set<Setting> copy(Setting... settings) {
        Set<Setting> copy = EnumSet.noneOf(Setting.class);
        copy.addAll(List.of(settings));
        return copy;
    }

    /** With a wrong rule that any check may find. */
    Configuration planted(Fault planted) {
        return new Configuration(rule, settings, planted, false);
    }

    /** With a wrong rule that only different databases or wrong counters may show: those that nobody would notice. */
    Configuration silently(Fault planted) {
        return new Configuration(rule, settings, planted, true);
    }

    boolean has(Setting setting) {
        return settings.contains(setting);
    }

    boolean has(Fault wrong) {
        return fault == wrong;
    }

    boolean delta() {
        return !has(Setting.NO_DELTA);
    }

    boolean unique() {
        return has(Setting.UNIQUE) || has(Setting.UNIQUE_REMOVE);
    }

    /** Does column u refer to another row? */
    boolean linked() {
        return has(Setting.ORPHANS);
    }

    /** The policy of every table. */
    PolicyTable policies() {
        TablePolicy items = new TablePolicy(
                rule.policy(),
                delta() ? Set.of(Item.COUNTER) : Set.of(),
                has(Setting.UNIQUE_REMOVE),
                linked() ? OrphanPolicy.REMOVE : OrphanPolicy.KEEP);
        TablePolicy submissions = new TablePolicy(new LastWriterWins(), Set.of());
        return PolicyTable.by(table -> table.equals(SubmissionLedger.TABLE) ? submissions : items);
    }

    List<String> keys() {
        if (has(Setting.ONE_KEY)) {
            return List.of("a");
        }
        if (unique() || linked()) {
            return List.of("a", "b", "c", "d", "e"); // rows meet each other more often when their keys do not
        }
        return has(Setting.ALWAYS_SLOW) ? List.of("a", "b") : List.of("a", "b", "c");
    }

    @Override
    public String toString() {
        return rule + (settings.isEmpty() ? "" : " " + settings) + (fault == null ? "" : " with " + fault);
    }
}
