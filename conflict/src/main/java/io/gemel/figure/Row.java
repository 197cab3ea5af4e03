package io.gemel.figure;

import java.util.Locale;
import java.util.function.Function;

/**
 * A figure in a table for people.
 *
 * @param title what stands before it
 * @param figure its name
 * @param text takes it out of a report, in a unit that suits its size
 */
public record Row<R>(String title, String figure, Function<R, String> text) {
    /** @param words for true and false */
    static <R> Row<R> of(String title, Figure<R> figure, String... words) {
        return new Row<>(title, figure.name(), report -> {
            Object value = figure.value().apply(report);
            if (value instanceof Boolean is) {
                return words[is ? 0 : 1];
            }
            return value instanceof Long number ? number(figure.name(), number) : text(value);
        });
    }

    private static String text(Object value) {
        return value instanceof Double number ? String.format(Locale.ROOT, "%.1f", number) : value.toString();
    }

    /** The name tells the unit. */
    private static String number(String name, long value) {
        if (name.endsWith("Millis")) {
            return Math.abs(value) < 10_000 ? count(value) + " ms" : count(value / 1000) + " s";
        }
        if (!name.toLowerCase(Locale.ROOT).endsWith("bytes")) {
            return count(value);
        }
        return value < 1 << 20
                ? count(value) + " B"
                : String.format(Locale.ROOT, "%,.1f MiB", value / (double) (1 << 20));
    }

    /** A number, by thousands. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** The same row of what has this report as a part. */
    <T> Row<T> within(Function<T, R> part) {
        return new Row<>(title, figure, whole -> text.apply(part.apply(whole)));
    }
}
