package io.gemel.apply.simulation;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one transaction has written over what is committed; no two rows have one unique value. */
final class WrittenRows {
    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final Map<RowKey, @Nullable RowImage> written = new LinkedHashMap<>();
    private final Map<RowKey, RowImage> placeholders = new HashMap<>();

    WrittenRows(Configuration configuration, SimulatedDatabase database) {
        this.configuration = configuration;
        this.database = database;
    }

    /** What a commit writes; null removes a row. */
    Map<RowKey, @Nullable RowImage> changes() {
        return written;
    }

    /** Is there no row with this key, neither for others nor in the end? */
    boolean isAbsent(RowKey key) {
        return database.image(key) == null && (row(key) == null || placeholders.containsKey(key));
    }

    /** Has this transaction put the unique value of a row into the index? */
    boolean holdsUnique(@Nullable RowImage row) {
        String value = row == null ? null : Item.unique(row);
        return value != null
                && written.values().stream().anyMatch(image -> image != null && value.equals(Item.unique(image)));
    }

    @Nullable
    RowImage row(RowKey key) {
        return written.containsKey(key) ? written.get(key) : database.image(key);
    }

    Set<RowKey> keys(TableShape shape) {
        Set<RowKey> keys = new HashSet<>(database.keys());
        keys.addAll(written.keySet());
        keys.removeIf(key -> !key.table().equals(shape.table()) || row(key) == null);
        return keys;
    }

    void put(RowImage image) throws ApplyFailure {
        if (!colliding(image).isEmpty()) {
            throw new ApplyFailure(Kind.UNIQUE, "a row has the value of " + image + " already");
        }
        written.put(image.key(), image);
    }

    void remove(RowKey key) {
        placeholders.remove(key);
        if (database.image(key) == null) {
            written.remove(key);
        } else {
            written.put(key, null);
        }
    }

    List<RowKey> colliding(RowImage image) {
        String value = configuration.unique() ? Item.unique(image) : null;
        List<RowKey> others = new ArrayList<>();
        for (RowKey key : value == null ? Set.<RowKey>of() : keys(image.shape())) {
            RowImage other = row(key);
            if (other != null && !key.equals(image.key()) && value.equals(Item.unique(other))) {
                others.add(key);
            }
        }
        return others;
    }

    boolean has(RowKey key) {
        return written.containsKey(key);
    }

    /** An image that stands in the place of an absent row, to lock its key. */
    void hold(RowImage sample) throws ApplyFailure {
        put(sample);
        placeholders.put(sample.key(), sample);
    }

    /** The placeholder is one no longer; null when there was none. */
    @Nullable
    RowImage release(RowKey key) {
        return placeholders.remove(key);
    }

    /** Rows that refer to one that is gone. */
    List<RowImage> children(RowImage parent) {
        List<RowImage> children = new ArrayList<>();
        for (RowKey key : row(parent.key()) == null ? keys(parent.shape()) : Set.<RowKey>of()) {
            RowImage child = Objects.requireNonNull(row(key));
            String referred = Item.unique(child);
            if (referred != null && Item.key(referred).equals(parent.key())) {
                children.add(child);
            }
        }
        return children;
    }
}
