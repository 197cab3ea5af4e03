package io.gemel.transaction;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One row's insert, update or delete with its full images, a release, or a truncate. A primary-key update is a delete
 * and an insert: two keys, two changes.
 */
public sealed interface Change {
    TableShape shape();

    /** The row before; null when there was none or, for a truncate, when it is not known. */
    @Nullable
    RowImage before();

    /** The row after; null when there is none. */
    @Nullable
    RowImage after();

    <T> T match(
            Function<Insert, T> insert,
            Function<Update, T> update,
            Function<Delete, T> delete,
            Function<Truncate, T> truncate,
            Function<Correction, T> correction);

    default TableId table() {
        return shape().table();
    }

    /** An image of the row; null for a truncate, which has none. */
    default @Nullable RowImage anyImage() {
        RowImage after = after();
        return after != null ? after : before();
    }

    /**
     * Key of the row.
     *
     * @throws IllegalStateException for a truncate, which has none
     */
    default RowKey key() {
        RowImage image = anyImage();
        if (image == null) {
            throw new IllegalStateException("a truncate of " + table() + " has no row key");
        }
        return image.key();
    }

    /** Bytes of memory that large values take, one that did not change counted once; 0 for most changes. */
    default long largeBytes() {
        RowImage before = before();
        RowImage after = after();
        if (before == null || after == null) {
            RowImage any = anyImage();
            return any == null ? 0 : any.largeBytes();
        }
        return before.largeBytes() + after.largeBytesBesides(before);
    }

    /** About how many bytes of memory this takes. */
    default long memory() {
        RowImage before = before();
        RowImage after = after();
        if (before == null && after == null) {
            RowImage any = anyImage();
            return any == null ? 0 : any.memory(null);
        }
        return (before == null ? 0 : before.memory(null)) + (after == null ? 0 : after.memory(before));
    }

    record Insert(RowImage after) implements Change {
        @Override
        public TableShape shape() {
            return after.shape();
        }

        @Override
        public @Nullable RowImage before() {
            return null;
        }

        @Override
        public <T> T match(
                Function<Insert, T> insert,
                Function<Update, T> update,
                Function<Delete, T> delete,
                Function<Truncate, T> truncate,
                Function<Correction, T> correction) {
            return insert.apply(this);
        }
    }

    record Update(RowImage before, RowImage after) implements Change {
        public Update {
            if (!before.key().equals(after.key())) {
                throw new IllegalArgumentException(
                        "an update keeps its key: " + before.key() + " became " + after.key());
            }
        }

        @Override
        public TableShape shape() {
            return after.shape();
        }

        @Override
        public <T> T match(
                Function<Insert, T> insert,
                Function<Update, T> update,
                Function<Delete, T> delete,
                Function<Truncate, T> truncate,
                Function<Correction, T> correction) {
            return update.apply(this);
        }
    }

    record Delete(RowImage before) implements Change {
        @Override
        public TableShape shape() {
            return before.shape();
        }

        @Override
        public @Nullable RowImage after() {
            return null;
        }

        @Override
        public <T> T match(
                Function<Insert, T> insert,
                Function<Update, T> update,
                Function<Delete, T> delete,
                Function<Truncate, T> truncate,
                Function<Correction, T> correction) {
            return delete.apply(this);
        }
    }

    /** Every row of the table is gone. */
    record Truncate(TableShape shape) implements Change {
        @Override
        public @Nullable RowImage before() {
            return null;
        }

        @Override
        public @Nullable RowImage after() {
            return null;
        }

        @Override
        public <T> T match(
                Function<Insert, T> insert,
                Function<Update, T> update,
                Function<Delete, T> delete,
                Function<Truncate, T> truncate,
                Function<Correction, T> correction) {
            return truncate.apply(this);
        }
    }

    /** What an applier decided and publishes in its site's log; of an application's changes only an undecided {@link Settle} is one. */
    sealed interface Correction extends Change {
        @Override
        default <T> T match(
                Function<Insert, T> insert,
                Function<Update, T> update,
                Function<Delete, T> delete,
                Function<Truncate, T> truncate,
                Function<Correction, T> correction) {
            return correction.apply(this);
        }
    }

    /**
     * A row that is in another row's way gives up the values of {@code columns}, as long as it still has them. What that means
     * for a row that has changed since is for the fold to say.
     *
     * @param after the row without the values, or null when it cannot be without them and goes
     * @param columns indexes of the columns that must still be as in {@code before} for this to change anything
     */
    record Release(RowImage before, @Nullable RowImage after, List<Integer> columns) implements Correction {
        public Release {
            columns = List.copyOf(columns);
        }

        @Override
        public TableShape shape() {
            return before.shape();
        }

        /** Returns whether a row still has the value that must be given up. */
        public boolean concerns(RowImage row) {
            return row.shape().equals(before.shape()) && columns.stream().allMatch(i -> row.hasSame(i, before));
        }

        /** A row that it concerns, without the values. */
        public @Nullable RowImage from(RowImage row) {
            if (after == null) {
                return null;
            }
            RowImage released = row;
            for (int i : after.changedSince(before)) {
                released = released.with(i, after, i);
            }
            return released;
        }
    }

    /**
     * The new state of a row, whatever it was before.
     *
     * @param row the row, or any image of it when it is to be absent
     * @param decided whether the row, if it is parked, is decided by this. An application's change whose old row was
     *     not logged is published as a settle, too, and decides nothing
     * @param taken position of the other site's change that this carries out although it was parked: what that site did
     *     to the row later was done to this row, and comes on top. 0 where the row is nobody's but the publishing
     *     site's
     */
    record Settle(RowImage row, boolean present, boolean decided, long taken) implements Correction {
        /** Decides the row, if it is parked. */
        public Settle(RowImage row, boolean present) {
            this(row, present, true, 0);
        }

        /** What an application did to a row whose old image was not logged. */
        public static Settle undecided(RowImage row, boolean present) {
            return new Settle(row, present, false, 0);
        }

        @Override
        public TableShape shape() {
            return row.shape();
        }

        @Override
        public @Nullable RowImage before() {
            return null;
        }

        @Override
        public @Nullable RowImage after() {
            return present ? row : null;
        }

        @Override
        public RowImage anyImage() {
            return row;
        }
    }

    /**
     * No change at all: the publishing site has parked a transaction of the other site which touches this row, and applies
     * nothing to it until it is settled.
     *
     * @param row any image of it
     * @param position of that transaction in the other site's log
     */
    record Park(RowImage row, long position) implements Correction {
        @Override
        public TableShape shape() {
            return row.shape();
        }

        @Override
        public RowImage before() {
            return row;
        }

        @Override
        public RowImage after() {
            return row;
        }
    }
}
