package io.gemel.transaction;

import java.util.List;

/**
 * The columns that a table's row images hold, in order, and which of them form the primary key. Generated columns are not
 * part of a shape: the receiving database computes them itself. A table that is altered gets a new shape.
 */
public final class TableShape {
    /** Name of the last column of a shape whose images stand for all rows. */
    static final String ALL_ROWS = "";

    private final TableId table;
    private final List<String> columns;
    private final List<Integer> key;
    private final int hash;

    /**
     * @param key indexes into {@code columns}, in primary-key order
     * @throws IllegalArgumentException when the key is empty or names a column that is not there
     */
    public TableShape(TableId table, List<String> columns, List<Integer> key) {
        this.table = table;
        this.columns = List.copyOf(columns);
        this.key = List.copyOf(key);
        if (key.isEmpty() || key.stream().anyMatch(index -> index < 0 || index >= columns.size())) {
            throw new IllegalArgumentException("table " + table + " needs a primary key among its columns " + columns);
        }
        hash = (table.hashCode() * 31 + this.columns.hashCode()) * 31 + this.key.hashCode();
    }

    /** Returns whether its images stand for {@linkplain AllRows all rows} of the table. */
    boolean isOfAllRows() {
        return columns.get(columns.size() - 1).equals(ALL_ROWS);
    }

    public TableId table() {
        return table;
    }

    public List<String> columns() {
        return columns;
    }

    public List<Integer> key() {
        return key;
    }

    /** Index of a column, or -1. */
    public int indexOf(String column) {
        return columns.indexOf(column);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof TableShape shape
                        && hash == shape.hash
                        && table.equals(shape.table)
                        && columns.equals(shape.columns)
                        && key.equals(shape.key));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return table + columns.toString();
    }
}
