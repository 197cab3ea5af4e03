package io.gemel.apply.decide;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.transaction.AllRows;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Executes a decision about parked transactions: note each of their changes, then settle their rows. A table that is
 * held as a whole, because one of them truncates it, is published as truncated and with the rows that it then has.
 * Applying thread only.
 */
public final class Settlement {
    private final Set<RowKey> open;
    private final Map<RowKey, Change> last = new LinkedHashMap<>();
    private final Map<RowKey, Wanted> wanted = new HashMap<>(); // what the peer made of rows, where that is to count
    private final Map<TableId, TableShape> whole = new LinkedHashMap<>();
    private final Set<TableId> emptied = new HashSet<>();

    private record Wanted(Change change, long position) {}

    /** @param open keys that are undecided, of these transactions */
    public Settlement(Set<RowKey> open) {
        this.open = Set.copyOf(open);
    }

    /**
     * Takes the next change of the transactions in.
     *
     * @param position of its transaction in its site's log
     * @param counts whether its row is to become what this change makes of it
     */
    public void note(Change change, long position, boolean counts) {
        RowImage image = change.anyImage();
        if (image == null) {
            whole.put(change.table(), change.shape());
            if (counts) {
                emptied.add(change.table());
                wanted.keySet().removeIf(key -> key.table().equals(change.table()));
            }
        } else if (AllRows.areMeant(image)) {
            whole.put(change.table(), AllRows.shape(image));
        } else if (open.contains(image.key())) {
            last.put(image.key(), change);
            if (counts && !(change instanceof Change.Park)) {
                wanted.put(image.key(), new Wanted(change, position));
            }
        }
    }

    /**
     * Writes the rows and publishes them.
     *
     * @param byTable whether to lock tables instead of rows
     */
    public void carryOut(TargetTransaction target, boolean byTable) throws ApplyFailure {
        for (TableShape shape : whole.values()) {
            target.rows().lockTable(shape);
            if (emptied.contains(shape.table())) {
                target.rows().clear(shape, Set.of());
            }
            target.emit(List.of(new Change.Settle(AllRows.image(shape), false), new Change.Truncate(shape)));
        }
        List<Change> settled = new ArrayList<>();
        for (Map.Entry<TableShape, Map<RowKey, RowImage>> table : samples().entrySet()) {
            settled.addAll(write(target.rows(), table.getKey(), table.getValue(), byTable));
        }
        target.rows().checkDeferred();
        target.emit(settled);
        for (TableShape shape : whole.values()) {
            target.rows().forEach(shape, rows -> target.emit(others(rows)));
        }
        target.settle(open);
    }

    private Map<TableShape, Map<RowKey, RowImage>> samples() {
        Map<TableShape, Map<RowKey, RowImage>> samples = new LinkedHashMap<>();
        last.forEach((key, change) -> {
            RowImage sample = change.anyImage();
            if (sample != null) {
                samples.computeIfAbsent(change.shape(), shape -> new LinkedHashMap<>())
                        .put(key, sample);
            }
        });
        return samples;
    }

    private List<Change> write(TargetRows target, TableShape shape, Map<RowKey, RowImage> samples, boolean byTable)
            throws ApplyFailure {
        Map<RowKey, @Nullable RowImage> rows = lock(target, shape, samples, byTable);
        List<Change> settled = new ArrayList<>();
        samples.forEach((key, sample) -> {
            Wanted theirs = wanted.get(key);
            RowImage row = theirs == null ? rows.get(key) : theirs.change().after();
            rows.put(key, row);
            settled.add(new Change.Settle(
                    row == null ? sample : row, row != null, true, theirs == null ? 0 : theirs.position()));
        });
        target.write(shape, rows);
        return settled;
    }

    private Map<RowKey, @Nullable RowImage> lock(
            TargetRows target, TableShape shape, Map<RowKey, RowImage> samples, boolean byTable) throws ApplyFailure {
        if (whole.containsKey(shape.table())) {
            return target.read(shape, samples.keySet());
        }
        if (byTable) {
            target.lockAgainstWriters(shape);
            return target.read(shape, samples.keySet());
        }
        return target.lock(shape, List.copyOf(samples.values()));
    }

    private List<Change> others(List<RowImage> rows) {
        return rows.stream()
                .filter(row -> !open.contains(row.key()))
                .<Change>map(row -> new Change.Settle(row, true))
                .toList();
    }
}
