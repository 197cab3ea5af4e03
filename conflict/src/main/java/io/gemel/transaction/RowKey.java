package io.gemel.transaction;

import java.util.Arrays;
import java.util.List;

/**
 * Identity of a row: its table and the text of its primary-key values. Key columns are of types that have exactly one text
 * per value, so equal text is equal key.
 */
public final class RowKey {
    private final TableId table;
    private final String[] values;
    private final long hash;

    private RowKey(TableId table, String[] values) {
        this.table = table;
        this.values = values;
        long mixed = mix(table.hashCode());
        for (String value : values) {
            long hashed = value.length();
            for (int i = 0; i < value.length(); i++) {
                hashed = hashed * 0x9E3779B97F4A7C15L + value.charAt(i);
            }
            mixed = mix(mixed ^ mix(hashed));
        }
        this.hash = mixed;
    }

    public static RowKey of(TableId table, String... values) {
        return new RowKey(table, values.clone());
    }

    /** Takes over the array: the caller must not touch it again. */
    static RowKey owning(TableId table, String[] values) {
        return new RowKey(table, values);
    }

    private static long mix(long z) {
        long mixed = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }

    public TableId table() {
        return table;
    }

    /** The key values in primary-key order. */
    public List<String> values() {
        return List.of(values);
    }

    /** Returns whether it stands for {@linkplain AllRows all rows} of the table. */
    boolean isOfAllRows() {
        return values.length == 0;
    }

    /** A 64-bit hash of table and values, the same in every process: good enough to index by, not to identify by. */
    public long longHash() {
        return hash;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof RowKey key
                        && hash == key.hash
                        && table.equals(key.table)
                        && Arrays.equals(values, key.values));
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }

    @Override
    public String toString() {
        return isOfAllRows() ? "all rows of " + table : table + Arrays.toString(values);
    }
}
