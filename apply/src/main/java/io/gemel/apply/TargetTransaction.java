package io.gemel.apply;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.WindowEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One database transaction of the applier. The row statements take many rows of one table at once, no two of one key.
 * Closing without a commit rolls back.
 */
interface TargetTransaction extends AutoCloseable {
    /** A row's images before and after. */
    record Pair(RowImage before, RowImage after) {}

    /** A conflict and the row that came of it. */
    record JournalEntry(Conflict conflict, @Nullable RowImage outcome) {}

    /**
     * A row that would collide with an image if that were in the table.
     *
     * @param key the unique key on which they collide
     */
    record Collision(UniqueKey key, RowKey other) {}

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
     * sample, which is not visible to anyone and must be removed or overwritten by {@link #write}.
     *
     * @return for each key its row, or null when the key was absent
     */
    Map<RowKey, @Nullable RowImage> lock(TableShape shape, List<RowImage> samples) throws ApplyFailure;

    /** Reads the rows with these keys from a table that {@link #lockTable} locked; null for an absent one. */
    Map<RowKey, @Nullable RowImage> read(TableShape shape, Set<RowKey> keys) throws ApplyFailure;

    /** Writes outcomes of keys that {@link #lock} locked: an image replaces what is there, null removes it. */
    void write(TableShape shape, Map<RowKey, @Nullable RowImage> outcomes) throws ApplyFailure;

    /**
     * Locks the rows with these keys, reads them and takes them out of the table until {@link #write} puts them back, so that
     * meanwhile their unique values are free.
     *
     * @return the rows that were present
     */
    Map<RowKey, RowImage> takeOut(TableShape shape, Set<RowKey> keys) throws ApplyFailure;

    /** Locks the key of a row that is absent. */
    void holdAbsent(RowImage sample) throws ApplyFailure;

    /** The rows in the table with which these images, none of which is in it, would collide. */
    List<Collision> collisions(TableShape shape, List<RowImage> images) throws ApplyFailure;

    /** Locks a whole table against writers. */
    void lockTable(TableShape shape) throws ApplyFailure;

    /** Removes every row of a locked table except the given keys. */
    void clear(TableShape shape, Set<RowKey> except) throws ApplyFailure;

    /**
     * How far capture must have read the database's log for the window to know of every commit that wrote a row which this
     * transaction has locked.
     *
     * @return a commit position; 0 when it is certain already
     */
    long unreadUpTo() throws ApplyFailure;

    /** Hands changes that were decided here to capture, which publishes them as this site's own with this transaction's commit. */
    void emit(List<Change> corrections) throws ApplyFailure;

    void journal(List<JournalEntry> entries) throws ApplyFailure;

    /** Replaces stored window entries; one without changes is deleted. */
    void store(Map<RowKey, WindowEntry> entries) throws ApplyFailure;

    void commit() throws ApplyFailure;

    @Override
    void close();
}
