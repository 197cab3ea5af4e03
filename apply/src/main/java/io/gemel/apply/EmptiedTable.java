package io.gemel.apply;

import io.gemel.apply.decide.ConflictRoom;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies a truncate: the table is emptied, but for rows that may be contested, which are decided about one by one. One database
 * transaction; applying thread only.
 */
final class EmptiedTable {
    /** Rows that are checked together. */
    private static final int KEYS_AT_ONCE = 5_000;

    private final TargetRows target;
    private final WindowTransaction window;
    private final AttemptContext context;
    private final ConflictRoom room;

    EmptiedTable(TargetRows target, WindowTransaction window, AttemptContext context, ConflictRoom room) {
        this.target = target;
        this.window = window;
        this.context = context;
        this.room = room;
    }

    /**
     * Empties the table.
     *
     * @param out rows that are taken out of their tables, and are put back later as this leaves them; null for one that is gone
     * @param takesOut whether contested rows are to be taken out, too
     */
    void apply(StampedChange truncate, Map<RowKey, @Nullable RowImage> out, boolean takesOut)
            throws ApplyFailure, InterruptedException {
        TableShape shape = truncate.change().shape();
        target.lockTable(shape);
        context.awaitCapture();
        Set<RowKey> contested =
                window.contestedKeys(shape.table(), truncate.header().seen(), room.keysMax());
        context.kept().stream().filter(key -> key.table().equals(shape.table())).forEach(contested::add);
        room.check(contested.size());
        target.clear(shape, contested);
        out.replaceAll((key, row) -> key.table().equals(shape.table()) && !contested.contains(key) ? null : row);
        Map<RowKey, @Nullable RowImage> kept = new LinkedHashMap<>();
        List<RowKey> keys = new ArrayList<>(contested);
        for (int start = 0; start < keys.size(); start += KEYS_AT_ONCE) {
            Set<RowKey> some = Set.copyOf(keys.subList(start, Math.min(start + KEYS_AT_ONCE, keys.size())));
            Map<RowKey, @Nullable RowImage> gone = new LinkedHashMap<>();
            if (takesOut) {
                Map<RowKey, RowImage> taken = target.takeOut(shape, some);
                some.forEach(key -> out.putIfAbsent(key, taken.get(key)));
            }
            resolve(shape, truncate, some, out).forEach((key, row) -> {
                if (out.containsKey(key)) {
                    out.put(key, row);
                } else {
                    (row == null ? gone : kept).put(key, row);
                }
            });
            target.write(shape, gone);
            room.check();
        }
        target.write(shape, kept); // when all others are gone: their unique values are free
    }

    private Map<RowKey, @Nullable RowImage> resolve(
            TableShape shape, StampedChange truncate, Set<RowKey> keys, Map<RowKey, @Nullable RowImage> out)
            throws ApplyFailure {
        window.load(keys);
        Map<RowKey, @Nullable RowImage> found = target.read(shape, keys);
        Map<RowKey, @Nullable RowImage> outcomes = new LinkedHashMap<>();
        for (RowKey key : keys) {
            RowImage row = out.containsKey(key) ? out.get(key) : found.get(key);
            outcomes.put(key, context.resolve(key, truncate, row));
        }
        return outcomes;
    }
}
