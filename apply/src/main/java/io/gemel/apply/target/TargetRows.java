package io.gemel.apply.target;

import io.gemel.conflict.window.WindowEntry;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of the local database, as one transaction of the applier reads and writes them: many of one table at once, no two of one key. */
public interface TargetRows {
    /** A row's images before and after. */
    record Pair(RowImage before, RowImage after) {}

    /**
     * A row that would collide with an image if that were in the table.
     *
     * @param key the unique key on which they collide
     */
    record Collision(UniqueKey key, RowKey other) {}

    /**
     * A row whose foreign key refers to one that is gone.
     *
     * @param columns of the foreign key, indexes in the child's shape
     * @param parent the row as it was
     */
    record Orphan(RowImage child, List<Integer> columns, RowImage parent) {
        /** About how many bytes of memory it takes with all that is remembered along with it. */
        public long bytes() {
            return WindowEntry.BYTES + child.memory(null);
        }
    }

    /**
     * A row whose foreign key refers to nothing.
     *
     * @param columns of the foreign key, indexes in the row's shape
     */
    record Dangling(RowImage row, List<Integer> columns) {}

    /**
     * Updates the rows that are exactly their before image and whose last writer capture has read or is the applier.
     *
     * @return indexes of the rows that were not, and are untouched
     */
    BitSet updateIfSettled(TableShape shape, List<Pair> rows) throws ApplyFailure;

    /** Deletes likewise. */
    BitSet deleteIfSettled(TableShape shape, List<RowImage> rows) throws ApplyFailure;

    /**
     * Inserts the rows whose keys are absent, which locks the keys. Whether a local delete of one is still unread the
     * caller must find out.
     *
     * @return indexes of the rows whose keys were present
     */
    BitSet insertIfAbsent(TableShape shape, List<RowImage> rows) throws ApplyFailure;

    /**
     * Locks the rows with the keys of {@code samples} and reads them; a key found absent is locked too, by inserting its
     * sample, which is not visible to anyone and must be confirmed, removed or overwritten by {@link #write}.
     *
     * @return for each key its row, or null when the key was absent
     */
    Map<RowKey, @Nullable RowImage> lock(TableShape shape, List<RowImage> samples) throws ApplyFailure;

    /** Reads the rows with these keys from a table that is locked; null for an absent one. */
    Map<RowKey, @Nullable RowImage> read(TableShape shape, Set<RowKey> keys) throws ApplyFailure;

    /** Writes outcomes of keys that {@link #lock} locked: an image replaces what is there, null removes it. */
    void write(TableShape shape, Map<RowKey, @Nullable RowImage> outcomes) throws ApplyFailure;

    /**
     * Locks the rows with these keys, reads them and takes them out of the table until {@link #write} puts them back,
     * so that their unique values are free in the meantime.
     *
     * @return the rows that were present
     */
    Map<RowKey, RowImage> takeOut(TableShape shape, Set<RowKey> keys) throws ApplyFailure;

    /** Locks the key of a row that is absent. */
    void holdAbsent(RowImage sample) throws ApplyFailure;

    /** The rows in the table with which these images, none of which is in it, would collide. */
    List<Collision> collisions(TableShape shape, List<RowImage> images) throws ApplyFailure;

    /** Returns whether foreign keys of replicated tables refer to this one. */
    boolean isReferredTo(TableShape shape) throws ApplyFailure;

    /**
     * Finds, and locks, the rows of replicated tables that refer to rows which were in the table and no longer are; no more behind the one
     * with which they take more memory than they may.
     *
     * @param bytesMax of memory, as {@link Orphan#bytes} counts it
     */
    List<Orphan> orphans(TableShape shape, List<RowImage> gone, long bytesMax) throws ApplyFailure;

    /**
     * Which of these rows, that were in the table and no longer are, rows of replicated tables refer to at this moment. No other session can
     * make it more of them as long as this transaction has deleted them.
     *
     * @return their indexes
     */
    BitSet referredTo(TableShape shape, List<RowImage> gone) throws ApplyFailure;

    /**
     * Finds those of the rows with these keys, all of which are locked, that refer to a row of a replicated table which is not
     * there; rows that they refer to cannot go before this transaction ends.
     */
    List<Dangling> dangling(TableShape shape, List<RowKey> keys) throws ApplyFailure;

    /** Locks a whole table against writers; others may still read. Rows that are read then stay as they are. */
    void lockAgainstWriters(TableShape shape) throws ApplyFailure;

    /** Locks a whole table. */
    void lockTable(TableShape shape) throws ApplyFailure;

    /** Removes every row of a locked table except the given keys. */
    void clear(TableShape shape, Set<RowKey> except) throws ApplyFailure;

    /** Takes some of the rows. */
    @FunctionalInterface
    interface RowsConsumer {
        void accept(List<RowImage> rows) throws ApplyFailure;
    }

    /**
     * Hands every row of a locked table out, some at a time; the consumer may write to other tables in the meantime.
     */
    void forEach(TableShape shape, RowsConsumer consumer) throws ApplyFailure;

    /**
     * Fails with {@link ApplyFailure.Kind#UNIQUE} when rows that were written collide on a unique key which the database does not judge
     * for the applier, a deferrable one.
     */
    void checkDeferred() throws ApplyFailure;
}
