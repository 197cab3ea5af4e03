package io.gemel.apply.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tempting wrong resolution: compare the incoming change with the latest local one and keep one of the two. Right for
 * whole rows under last-writer-wins and site-priority, wrong for everything else.
 */
final class PairwiseResolution {
    private final Configuration configuration;

    PairwiseResolution(Configuration configuration) {
        this.configuration = configuration;
    }

    @Nullable
    RowImage resolve(@Nullable RowImage row, List<Conflict> conflicts) {
        StampedChange incoming = conflicts.get(0).incoming();
        StampedChange latest = conflicts.get(conflicts.size() - 1).local();
        RowImage after = incoming.change().after();
        RowImage lastAfter = latest.change().after();
        boolean updates = incoming.change() instanceof Change.Update && row != null && after != null;
        boolean localDelete =
                conflicts.stream().anyMatch(each -> each.local().change().after() == null);
        if (configuration.rule() == Rule.COLUMN_MERGE && updates && !localDelete) {
            return add(row, incoming, merge(row, incoming, conflicts));
        }
        if (configuration.rule() == Rule.THREE_WAY_MERGE && row != null && after != null && lastAfter != null) {
            long x = Item.number(lastAfter, Item.X) ^ before(incoming, Item.X) ^ Item.number(after, Item.X);
            long y = Math.max(Item.number(lastAfter, Item.Y), Item.number(after, Item.Y));
            return add(row, incoming, Item.with(Item.with(row, Item.X, x), Item.Y, y));
        }
        return add(row, incoming, wins(incoming, latest) ? after : row);
    }

    private boolean wins(StampedChange incoming, StampedChange latest) {
        RowImage after = incoming.change().after();
        RowImage lastAfter = latest.change().after();
        boolean newer = incoming.header().version().compareTo(latest.header().version()) > 0;
        if (configuration.rule() == Rule.GREATEST && after != null && lastAfter != null) {
            int byX = Long.compare(Item.number(after, Item.X), Item.number(lastAfter, Item.X));
            return byX > 0 || (byX == 0 && newer);
        }
        return configuration.rule() == Rule.SITE_PRIORITY ? incoming.origin().equals(Sites.EAST) : newer;
    }

    private RowImage merge(@Nullable RowImage row, StampedChange incoming, List<Conflict> conflicts) {
        RowImage before = Objects.requireNonNull(incoming.change().before());
        RowImage after = Objects.requireNonNull(incoming.change().after());
        RowImage merged = Objects.requireNonNull(row);
        for (int column : after.changedSince(before)) {
            boolean newerLocal = conflicts.stream()
                    .map(Conflict::local)
                    .anyMatch(local -> changes(local.change(), column)
                            && local.header()
                                            .version()
                                            .compareTo(incoming.header().version())
                                    > 0);
            merged = newerLocal ? merged : merged.with(column, after.value(column));
        }
        return merged;
    }

    private static boolean changes(Change change, int column) {
        RowImage before = change.before();
        RowImage after = change.after();
        return before == null || after == null || !Objects.equals(before.value(column), after.value(column));
    }

    /** The counter adds up whoever wins, as far as this resolution knows. */
    private @Nullable RowImage add(@Nullable RowImage row, StampedChange incoming, @Nullable RowImage image) {
        RowImage before = incoming.change().before();
        RowImage after = incoming.change().after();
        if (!configuration.delta() || image == null || row == null || before == null || after == null) {
            return image;
        }
        return Item.with(
                image, Item.N, Item.number(row, Item.N) + Item.number(after, Item.N) - Item.number(before, Item.N));
    }

    private static long before(StampedChange incoming, int column) {
        RowImage before = incoming.change().before();
        return before == null ? 0 : Item.number(before, column);
    }
}
