package io.gemel.conflict;

import io.gemel.conflict.ConflictPolicy.Effect;
import io.gemel.conflict.ConflictPolicy.Step;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The whole fold step of one table: its policy for the ordinary columns and its delta columns, whose updates add up
 * whichever change wins the row. Pure; any thread.
 */
public final class TablePolicy {
    private final ConflictPolicy policy;
    private final Set<String> deltaColumns;
    private final boolean removesUniqueLosers;
    private final OrphanPolicy orphans;

    public TablePolicy(ConflictPolicy policy, Set<String> deltaColumns) {
        this(policy, deltaColumns, false, OrphanPolicy.KEEP);
    }

    /** @param removesUniqueLosers see {@link #removesUniqueLosers()} */
    public TablePolicy(
            ConflictPolicy policy, Set<String> deltaColumns, boolean removesUniqueLosers, OrphanPolicy orphans) {
        this.policy = policy;
        this.deltaColumns = Set.copyOf(deltaColumns);
        this.removesUniqueLosers = removesUniqueLosers;
        this.orphans = orphans;
    }

    public ConflictPolicy policy() {
        return policy;
    }

    public Set<String> deltaColumns() {
        return deltaColumns;
    }

    /**
     * Whether a row that must give up a unique value goes altogether, instead of keeping NULL in its place where the column
     * may be NULL.
     */
    public boolean removesUniqueLosers() {
        return removesUniqueLosers;
    }

    /** What happens to the table's rows that lost the row which they refer to. */
    public OrphanPolicy orphans() {
        return orphans;
    }

    /** Returns whether concurrent changes are left to a person. */
    public boolean parks() {
        return policy instanceof ParkPolicy;
    }

    /** As an operator would write it: equal names, equal policies. */
    public String name() {
        StringBuilder name = new StringBuilder(policy.name());
        if (!deltaColumns.isEmpty()) {
            name.append(", delta(")
                    .append(String.join(", ", deltaColumns.stream().sorted().toList()))
                    .append(')');
        }
        name.append(removesUniqueLosers ? ", unique(remove)" : "");
        if (orphans != OrphanPolicy.KEEP) {
            name.append(", orphan(")
                    .append(orphans.name().toLowerCase(Locale.ROOT))
                    .append(')');
        }
        return name.toString();
    }

    /** Returns whether {@code earlier} comes before {@code later} in the fold. The same answer at both sites. */
    public boolean precedes(StampedChange earlier, StampedChange later) {
        if (earlier.origin().equals(later.origin())) {
            return later.saw(earlier);
        }
        return policy.precedes(earlier, later);
    }

    /** As the policy's own, for a table without delta columns. */
    public boolean keepsOnlyTheLast() {
        return deltaColumns.isEmpty() && policy.keepsOnlyTheLast();
    }

    /** The state after one more change. */
    public RowState fold(RowState state, StampedChange stamped) {
        Change change = stamped.change();
        RowImage after = change.after();
        RowImage row = state.image();
        if (change instanceof Change.Park) {
            return state;
        }
        if (change instanceof Change.Settle settle) {
            // What comes on top of a row that was taken from the other site came after it there, and is not contested.
            return settle.taken() == 0 ? RowState.replacedBy(after, stamped) : RowState.settled(after);
        }
        if (change instanceof Change.Release release) {
            return row == null || !release.concerns(row) ? state : state.joinedBy(release.from(row), stamped);
        }
        if (after == null || row == null) {
            return RowState.replacedBy(after, stamped);
        }
        Step step = policy.step(row, stamped, !state.seenBy(stamped));
        RowImage image = deltaColumns.isEmpty() ? step.image() : withDeltas(row, change.before(), after, step);
        return switch (step.effect()) {
            case REPLACES -> RowState.replacedBy(image, stamped);
            case JOINS -> state.joinedBy(image, stamped);
            case LOSES -> new RowState(image, state.contributors());
        };
    }

    /** An update adds after − before to the row's value; an insert sets the value unless it lost the row. */
    private RowImage withDeltas(RowImage row, @Nullable RowImage before, RowImage after, Step step) {
        RowImage image = step.image();
        for (String column : deltaColumns) {
            int target = image.shape().indexOf(column);
            if (target < 0 || row.shape().indexOf(column) < 0) {
                continue;
            }
            if (before != null) {
                image = image.with(target, sum(row.value(column), before.value(column), after.value(column)));
            } else if (step.effect() != Effect.LOSES) {
                image = image.with(target, after, after.shape().indexOf(column));
            }
        }
        return image;
    }

    /** {@code row + after − before}; where one of them is null or no finite number there is nothing to add to: after holds. */
    private static @Nullable String sum(@Nullable String row, @Nullable String before, @Nullable String after) {
        if (row == null || before == null || after == null) {
            return after;
        }
        try {
            return new BigDecimal(row)
                    .add(new BigDecimal(after))
                    .subtract(new BigDecimal(before))
                    .toPlainString();
        } catch (NumberFormatException e) {
            return after;
        }
    }
}
