package io.gemel.apply.simulation;

import io.gemel.conflict.window.LocalChanges;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** A process's memory of its own site's changes, published or not. */
final class OwnChanges implements LocalChanges {
    private final NavigableMap<Long, NavigableMap<Integer, StampedChange>> transactions = new TreeMap<>();

    void add(TransactionHeader header, int firstIndex, List<Change> changes) {
        NavigableMap<Integer, StampedChange> known =
                transactions.computeIfAbsent(header.position(), position -> new TreeMap<>());
        int index = firstIndex;
        for (Change change : changes) {
            known.put(index, new StampedChange(header, index, change));
            index++;
        }
    }

    @Override
    public Map<RowKey, List<StampedChange>> read(Map<RowKey, List<Long>> positions) {
        Map<RowKey, List<StampedChange>> found = new HashMap<>();
        positions.forEach((key, places) -> found.put(key, read(key, places)));
        return found;
    }

    private List<StampedChange> read(RowKey key, List<Long> positions) {
        List<StampedChange> found = new ArrayList<>();
        for (long position : positions) {
            transactions.getOrDefault(position, new TreeMap<>()).values().stream()
                    .filter(change -> !(change.change() instanceof Change.Truncate))
                    .filter(change -> change.change().key().equals(key))
                    .forEach(found::add);
        }
        return found;
    }

    @Override
    public List<StampedChange> transaction(long position, long bytesMax) {
        return List.copyOf(transactions.getOrDefault(position, new TreeMap<>()).values());
    }

    @Override
    public Set<RowKey> keysAfter(TableId table, long position, int most) {
        Set<RowKey> keys = new HashSet<>();
        for (NavigableMap<Integer, StampedChange> changes :
                transactions.tailMap(position, false).values()) {
            for (StampedChange change : changes.values()) {
                if (change.change().table().equals(table) && !(change.change() instanceof Change.Truncate)) {
                    keys.add(change.change().key());
                }
            }
        }
        return keys;
    }
}
