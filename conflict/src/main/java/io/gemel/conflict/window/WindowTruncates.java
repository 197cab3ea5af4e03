package io.gemel.conflict.window;

import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** This site's truncates in flight. Each concerns every key of its table. Not thread-safe. */
final class WindowTruncates {
    private final Map<TableId, List<StampedChange>> tables = new HashMap<>();

    /** Adds one; in log order. */
    void add(StampedChange truncate) {
        tables.computeIfAbsent(truncate.change().table(), table -> new ArrayList<>())
                .add(truncate);
    }

    /** Those of a table, in log order. */
    List<StampedChange> of(TableId table) {
        return List.copyOf(tables.getOrDefault(table, List.of()));
    }

    /** Greatest position of one of a table, or 0. */
    long latest(TableId table) {
        long latest = 0;
        for (StampedChange truncate : tables.getOrDefault(table, List.of())) {
            latest = Math.max(latest, truncate.position());
        }
        return latest;
    }

    /** Lets go what the peer has seen. */
    void prune(long seen) {
        tables.values().forEach(list -> list.removeIf(truncate -> truncate.position() <= seen));
        tables.values().removeIf(List::isEmpty);
    }
}
