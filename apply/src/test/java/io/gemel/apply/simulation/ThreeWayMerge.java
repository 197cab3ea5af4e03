package io.gemel.apply.simulation;

import io.gemel.conflict.ConflictPolicy;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A merge of row, before and after image as a user might write it; deliberately one whose steps do not commute. */
final class ThreeWayMerge implements ConflictPolicy {
    @Override
    public String name() {
        return "three-way-merge";
    }

    @Override
    public Step step(RowImage row, StampedChange change, boolean contested) {
        RowImage after = Objects.requireNonNull(change.change().after());
        if (!contested) {
            return new Step(after, Effect.REPLACES);
        }
        RowImage before = change.change().before();
        long x = Item.number(row, Item.X) ^ number(before, Item.X) ^ Item.number(after, Item.X);
        long y = 2 * Item.number(row, Item.Y) + Item.number(after, Item.Y) - number(before, Item.Y);
        return new Step(Item.with(Item.with(after, Item.X, x), Item.Y, y), Effect.JOINS);
    }

    private static long number(@Nullable RowImage image, int column) {
        return image == null ? 0 : Item.number(image, column);
    }
}
