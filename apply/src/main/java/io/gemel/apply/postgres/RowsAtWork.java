package io.gemel.apply.postgres;

import io.gemel.transaction.RowKey;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows that the applier's present statement is about: only the applier knows which keys it waits for when another
 * transaction has written one of them that is not committed. Thread-safe.
 */
final class RowsAtWork {
    /** Maximum number of keys in a message. */
    static final int KEYS_MAX = 5;

    private volatile @Nullable Rows present;

    /** Makes a row's key; only called for the few rows in a message. */
    @FunctionalInterface
    interface Keys<T> {
        RowKey of(T row);
    }

    private record Rows(int size, List<RowKey> first) {}

    <T> void begin(List<T> rows, Keys<T> keys) {
        present = new Rows(
                rows.size(),
                IntStream.range(0, Math.min(rows.size(), KEYS_MAX))
                        .mapToObj(i -> keys.of(rows.get(i)))
                        .toList());
    }

    void end() {
        present = null;
    }

    /** The rows in words; empty when no statement is about rows. */
    String text() {
        Rows rows = present;
        if (rows == null || rows.first().isEmpty()) {
            return "";
        }
        String keys = rows.first().stream().map(RowKey::toString).collect(Collectors.joining(", "));
        return rows.size() == 1
                ? "row " + keys
                : "one of " + rows.size() + " rows: " + keys + (rows.size() > KEYS_MAX ? ", ..." : "");
    }
}
