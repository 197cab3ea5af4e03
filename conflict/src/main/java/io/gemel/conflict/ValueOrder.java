package io.gemel.conflict;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of two values of one column is the greater, told from the texts that the database gives them: numbers, and dates and
 * times in ISO format and UTC. Agrees with the database on infinities, NaN, long years and years before Christ. Pure.
 */
final class ValueOrder {
    private static final Pattern DATE = Pattern.compile("(\\d{4,})(-\\d\\d-\\d\\d.*?)( BC)?");

    private ValueOrder() {}

    /** As {@link java.util.Comparator#compare}. */
    static int compare(String one, String other) {
        int byRank = Integer.compare(rank(one), rank(other));
        if (byRank != 0 || rank(one) != 0) {
            return byRank;
        }
        Matcher oneDate = DATE.matcher(one);
        Matcher otherDate = DATE.matcher(other);
        if (oneDate.matches() && otherDate.matches()) {
            return compareDates(oneDate, otherDate);
        }
        try {
            return new BigDecimal(one).compareTo(new BigDecimal(other));
        } catch (NumberFormatException e) {
            return one.compareTo(other);
        }
    }

    /** Sorts what is no ordinary value before or behind all that are. */
    private static int rank(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "-infinity" -> -1;
            case "infinity" -> 1;
            case "nan" -> 2;
            default -> 0;
        };
    }

    private static int compareDates(Matcher one, Matcher other) {
        boolean oneBefore = one.group(3) != null;
        boolean otherBefore = other.group(3) != null;
        if (oneBefore != otherBefore) {
            return oneBefore ? -1 : 1;
        }
        int byYear = new BigDecimal(one.group(1)).compareTo(new BigDecimal(other.group(1)));
        if (byYear != 0) {
            return oneBefore ? -byYear : byYear;
        }
        return one.group(2).compareTo(other.group(2));
    }
}
