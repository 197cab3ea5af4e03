package io.gemel.apply.target;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Columns that this site has dropped, and that the peer has dropped, too, according to a person: they are removed from
 * the peer's earlier changes. Applying thread only.
 */
public final class GoneColumns {
    private final Map<TableId, Set<String>> columns;
    private final Map<TableShape, Reduced> known = new HashMap<>();

    /** @param kept indexes in the whole shape */
    private record Reduced(TableShape shape, List<Integer> kept) {
        RowImage of(RowImage whole) {
            return whole.reduced(shape, kept);
        }
    }

    /** @param columns their names, by table; none of them is there now */
    public GoneColumns(Map<TableId, Set<String>> columns) {
        this.columns = Map.copyOf(columns);
    }

    public boolean isEmpty() {
        return columns.isEmpty();
    }

    /** The changes without these columns. */
    public List<StampedChange> leftOutOf(List<StampedChange> changes) {
        return columns.isEmpty()
                ? changes
                : changes.stream()
                        .map(each -> new StampedChange(each.header(), each.index(), leftOutOf(each.change())))
                        .toList();
    }

    /** The change without these columns. */
    public Change leftOutOf(Change change) {
        if (!columns.containsKey(change.table())) {
            return change;
        }
        Reduced reduced = known.computeIfAbsent(change.shape(), this::reduced);
        if (reduced.kept().size() == change.shape().columns().size()) {
            return change;
        }
        return change.match(
                insert -> new Change.Insert(reduced.of(insert.after())),
                update -> new Change.Update(reduced.of(update.before()), reduced.of(update.after())),
                delete -> new Change.Delete(reduced.of(delete.before())),
                truncate -> new Change.Truncate(reduced.shape()),
                correction -> correction(reduced, correction));
    }

    private static Change correction(Reduced reduced, Change.Correction correction) {
        if (correction instanceof Change.Settle settle) {
            return new Change.Settle(reduced.of(settle.row()), settle.present(), settle.decided(), settle.taken());
        }
        if (correction instanceof Change.Park park) {
            return new Change.Park(reduced.of(park.row()), park.position());
        }
        Change.Release release = (Change.Release) correction;
        RowImage after = release.after();
        List<Integer> columns = release.columns().stream()
                .map(reduced.kept()::indexOf)
                .filter(i -> i >= 0)
                .toList();
        return new Change.Release(reduced.of(release.before()), after == null ? null : reduced.of(after), columns);
    }

    private Reduced reduced(TableShape shape) {
        Set<String> gone = columns.getOrDefault(shape.table(), Set.of());
        List<Integer> kept = IntStream.range(0, shape.columns().size())
                .filter(i ->
                        !gone.contains(shape.columns().get(i)) || shape.key().contains(i))
                .boxed()
                .toList();
        List<String> names = kept.stream().map(shape.columns()::get).toList();
        List<Integer> key = new ArrayList<>();
        shape.key().forEach(i -> key.add(kept.indexOf(i)));
        return new Reduced(new TableShape(shape.table(), names, key), kept);
    }
}
