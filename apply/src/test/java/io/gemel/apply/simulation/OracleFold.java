package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The definition of a row: all changes of its key in one order, one after the other. Written on its own, so that it cannot
 * share a mistake with the core.
 */
final class OracleFold {
    private final Configuration configuration;

    /** A row and, for each site, the last position that contributed to it. */
    record State(@Nullable RowImage image, long fromEast, long fromWest) {
        static State of(@Nullable RowImage image) {
            return new State(image, 0, 0);
        }

        boolean seenBy(StampedChange change) {
            boolean east = change.origin().equals(Sites.EAST);
            long own = east ? fromEast : fromWest;
            long other = east ? fromWest : fromEast;
            return own <= change.position() && other <= change.header().seen();
        }
    }

    OracleFold(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Was {@code earlier} in the database when the site of {@code later} committed it? */
    static boolean saw(StampedChange later, StampedChange earlier) {
        if (later.origin().equals(earlier.origin())) {
            return later.position() > earlier.position()
                    || (later.position() == earlier.position() && later.index() > earlier.index());
        }
        return later.header().seen() >= earlier.position();
    }

    /** The total order: by position within a site; across sites by version, or the lesser site first unless it had seen. */
    boolean inOrder(StampedChange first, StampedChange second) {
        if (first.origin().equals(second.origin())) {
            return saw(second, first);
        }
        if (configuration.rule() == Rule.SITE_PRIORITY) {
            return first.origin().equals(Sites.WEST) ? !saw(first, second) : saw(second, first);
        }
        long difference =
                first.header().version().micros() - second.header().version().micros();
        return difference < 0 || (difference == 0 && first.origin().equals(Sites.EAST));
    }

    /** The row that a history ends with. */
    @Nullable
    RowImage outcome(@Nullable RowImage initial, List<StampedChange> history) {
        State state = State.of(initial);
        List<StampedChange> ordered = history.stream()
                .sorted((one, two) -> one.equals(two) ? 0 : inOrder(one, two) ? -1 : 1)
                .toList();
        for (StampedChange change : ordered) {
            state = step(state, change);
        }
        return state.image();
    }

    State step(State state, StampedChange stamped) {
        RowImage row = state.image();
        RowImage before = stamped.change().before();
        RowImage after = stamped.change().after();
        if (stamped.change() instanceof Change.Release) {
            return released(state, stamped);
        }
        if (row == null || after == null || Submission.isRow(stamped.change())) {
            return alone(after, stamped);
        }
        boolean contested = !state.seenBy(stamped);
        boolean update = stamped.change() instanceof Change.Update;
        boolean loses = configuration.rule() == Rule.GREATEST
                && contested
                && Item.number(after, Item.X) < Item.number(row, Item.X);
        boolean merges = configuration.rule() == Rule.COLUMN_MERGE && update;
        RowImage image;
        if (loses) {
            image = row;
        } else if (merges) {
            image = merged(row, before, after);
        } else if (configuration.rule() == Rule.THREE_WAY_MERGE && contested) {
            image = threeWay(row, before, after);
        } else {
            image = after;
        }
        if (configuration.delta() && before != null) {
            long n = Item.number(row, Item.N) + Item.number(after, Item.N) - Item.number(before, Item.N);
            image = Item.with(image, Item.N, n);
        }
        boolean joins = merges || (configuration.rule() == Rule.THREE_WAY_MERGE && contested);
        return loses
                ? new State(image, state.fromEast(), state.fromWest())
                : joins ? joined(state, image, stamped) : alone(image, stamped);
    }

    /** Whoever still has the value gives it up. */
    private static State released(State state, StampedChange stamped) {
        RowImage row = state.image();
        RowImage before = stamped.change().before();
        if (row == null || before == null || !Objects.equals(row.value(Item.U), before.value(Item.U))) {
            return state;
        }
        return joined(state, stamped.change().after() == null ? null : row.with(Item.U, null), stamped);
    }

    private static RowImage merged(RowImage row, @Nullable RowImage before, RowImage after) {
        RowImage image = row;
        for (int column = Item.X; column <= Item.N; column++) {
            String value = after.value(column);
            boolean same = before != null
                    && (value == null ? before.value(column) == null : value.equals(before.value(column)));
            image = same ? image : image.with(column, value);
        }
        return image;
    }

    private static RowImage threeWay(RowImage row, @Nullable RowImage before, RowImage after) {
        long beforeX = before == null ? 0 : Item.number(before, Item.X);
        long beforeY = before == null ? 0 : Item.number(before, Item.Y);
        long x = Item.number(row, Item.X) ^ beforeX ^ Item.number(after, Item.X);
        long y = Item.number(row, Item.Y) * 2 + Item.number(after, Item.Y) - beforeY;
        return Item.with(Item.with(after, Item.X, x), Item.Y, y);
    }

    private static State alone(@Nullable RowImage image, StampedChange change) {
        boolean east = change.origin().equals(Sites.EAST);
        return new State(image, east ? change.position() : 0, east ? 0 : change.position());
    }

    private static State joined(State state, @Nullable RowImage image, StampedChange change) {
        State alone = alone(image, change);
        return new State(
                image, Math.max(state.fromEast(), alone.fromEast()), Math.max(state.fromWest(), alone.fromWest()));
    }
}
