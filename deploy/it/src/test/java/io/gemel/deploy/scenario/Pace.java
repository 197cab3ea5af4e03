package io.gemel.deploy.scenario;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What a scenario leaves open: which site hears of the other one first when both catch up, and how many of the other's transactions a
 * site applies in one.
 *
 * @param words names it in the report of a test
 * @param order who goes first, asked once for each time that both catch up
 * @param groupRows the setting {@code apply.group.rows.max} of each site
 */
record Pace(String words, Order order, Map<String, Integer> groupRows) {
    /** A site that applies every transaction alone; then what it decides depends on nothing but the other's log. */
    private static final int ALONE = 1;

    /** From every transaction alone to all that are there at once. */
    private static final List<Integer> GROUPS = List.of(ALONE, 2, 3, 5, 20, 2000);

    enum First {
        EAST,
        WEST,
        /** Both at once: whoever is quicker. */
        NEITHER
    }

    /** Says who goes first the next time. */
    interface Order {
        First next();
    }

    Pace {
        groupRows = Map.copyOf(groupRows);
    }

    /** Every transaction alone, always in the same order. */
    static Pace oneByOne(First first) {
        String words = first.name().toLowerCase(Locale.ROOT) + " first, one transaction at a time";
        return new Pace(words, () -> first, Map.of("east", ALONE, "west", ALONE));
    }

    /** Groups and order by chance, as between sites at work. */
    static Pace byChance(RandomGenerator chance) {
        First[] all = First.values();
        Map<String, Integer> rows = Map.of("east", groupRows(chance), "west", groupRows(chance));
        return new Pace("by chance, groups of " + rows, () -> all[chance.nextInt(all.length)], rows);
    }

    private static int groupRows(RandomGenerator chance) {
        return GROUPS.get(chance.nextInt(GROUPS.size()));
    }

    /** Are all of a site's decisions determined, whatever is quicker? */
    boolean isDetermined() {
        return groupRows.values().stream().allMatch(rows -> rows == ALONE);
    }
}
