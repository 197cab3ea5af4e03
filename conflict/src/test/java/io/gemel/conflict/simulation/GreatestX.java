package io.gemel.conflict.simulation;

import io.gemel.conflict.ConflictPolicy;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import java.util.Objects;

/** Of two concurrent rows the one with the greater {@code x}, the later one when they are equal. */
final class GreatestX implements ConflictPolicy {
    @Override
    public String name() {
        return "greatest(x)";
    }

    @Override
    public Step step(RowImage row, StampedChange change, boolean contested) {
        Change incoming = change.change();
        RowImage after = Objects.requireNonNull(incoming.after());
        boolean loses = contested && Item.number(after, Item.X) < Item.number(row, Item.X);
        return loses ? new Step(row, Effect.LOSES) : new Step(after, Effect.REPLACES);
    }
}
