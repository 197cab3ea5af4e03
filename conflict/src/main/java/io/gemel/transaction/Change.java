package io.gemel.transaction;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One row's insert, update or delete with its full images, or the emptying of a table. A primary-key update is a delete and
 * an insert: two keys, two changes.
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
            Function<Truncate, T> truncate);

    default TableId table() {
        return shape().table();
    }

    /**
     * Key of the row.
     *
     * @throws IllegalStateException for a truncate, which has none
     */
    default RowKey key() {
        RowImage image = after() != null ? after() : before();
        if (image == null) {
            throw new IllegalStateException("a truncate of " + table() + " has no row key");
        }
        return image.key();
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
                Function<Truncate, T> truncate) {
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
                Function<Truncate, T> truncate) {
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
                Function<Truncate, T> truncate) {
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
                Function<Truncate, T> truncate) {
            return truncate.apply(this);
        }
    }
}
