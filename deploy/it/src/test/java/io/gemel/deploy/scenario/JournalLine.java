package io.gemel.deploy.scenario;

import io.gemel.conflict.ConflictKind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One pair of concurrent changes in the journals. Each site names the kind as it met it, with the other one's change as the
 * incoming one; some kinds only one of the sites can meet.
 *
 * @param row key values, separated by commas; empty when the scenario does not say
 * @param atEast null where only west finds it
 * @param atWest null where only east finds it
 * @param winner site whose change comes last
 */
record JournalLine(
        String row, @Nullable ConflictKind atEast, @Nullable ConflictKind atWest, String winner) {
    /** Met in other rows than the changed one. */
    static final Set<ConflictKind> BETWEEN_ROWS =
            Set.of(ConflictKind.UNIQUE_EXISTS, ConflictKind.MULTIPLE_UNIQUE_CONFLICTS, ConflictKind.FOREIGN_KEY_ORPHAN);

    private static final Pattern LINE = Pattern.compile("(?:row (?<row>.+?): )?(?<one>[A-Z_]+)"
            + "(?: only at (?<only>east|west)| at (?<first>east|west), (?<two>[A-Z_]+) at (?<second>east|west))?,"
            + " (?<winner>east|west) wins");

    static JournalLine parse(String text) throws ScenarioException {
        Matcher line = LINE.matcher(text);
        if (!line.matches()
                || (line.group("first") != null && line.group("first").equals(line.group("second")))) {
            throw new ScenarioException("cannot read the conflict '" + text
                    + "': write for example 'UPDATE_ORIGIN_DIFFERS, west wins',"
                    + " 'row 1: UPDATE_DELETED at east, DELETE_ORIGIN_DIFFERS at west, west wins'"
                    + " or 'FOREIGN_KEY_ORPHAN only at west, west wins'");
        }
        ConflictKind one = kind(line.group("one"));
        ConflictKind two = line.group("two") == null ? one : kind(line.group("two"));
        boolean eastFirst = !"west".equals(line.group("first"));
        String row = line.group("row") == null ? "" : line.group("row");
        String only = line.group("only");
        return new JournalLine(
                row,
                "west".equals(only) ? null : eastFirst ? one : two,
                "east".equals(only) ? null : eastFirst ? two : one,
                line.group("winner"));
    }

    private static ConflictKind kind(String name) throws ScenarioException {
        try {
            return ConflictKind.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new ScenarioException(
                    "names the unknown kind " + name + "; there are " + Arrays.toString(ConflictKind.values()));
        }
    }

    Set<ConflictKind> kinds() {
        return Stream.of(atEast, atWest)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(ConflictKind.class)));
    }

    /**
     * Did a site meet it by looking at other rows than the changed one? What it meets there depends on how many transactions it applies in
     * one, for it looks at the rows as they are after all of them.
     */
    boolean isBetweenRows() {
        return kinds().stream().anyMatch(BETWEEN_ROWS::contains);
    }

    /** As one site's journal shows it; empty where it does not. */
    Optional<String> at(String site) {
        return Optional.ofNullable(site.equals("east") ? atEast : atWest).map(kind -> text(row, kind.name(), winner));
    }

    static String text(String row, String kind, String winner) {
        return (row.isEmpty() ? "" : "row " + row + ": ") + kind + ", " + winner + " wins";
    }
}
