package io.gemel.transaction;

/** A table's schema and name, exactly as the catalog spells them (no quotes). */
public record TableId(String schema, String name) implements Comparable<TableId> {
    @Override
    public int compareTo(TableId other) {
        int bySchema = schema.compareTo(other.schema);
        return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}
