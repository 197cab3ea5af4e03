package io.gemel.conflict.window;

import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads this site's own changes back, from memory or from its log: the window itself keeps only their positions. */
public interface LocalChanges {
    /**
     * The local changes of these keys, each key's in log order; all at once, because a reader of the log passes many keys on
     * its way.
     *
     * @param positions the transactions wanted of each key, ascending; some may not touch it at all, for the window indexes
     *     by hash
     * @return a list, perhaps empty, for each key
     * @throws java.io.UncheckedIOException when they cannot be read now
     */
    Map<RowKey, List<StampedChange>> read(Map<RowKey, List<Long>> positions);

    /**
     * All changes of one local transaction, in its order; no more behind the one with which they take more memory than they may.
     *
     * @param bytesMax of memory, as {@link WindowEntry#bytes(StampedChange)} counts it
     * @throws java.io.UncheckedIOException when they cannot be read now
     */
    List<StampedChange> transaction(long position, long bytesMax);

    /**
     * Keys of {@code table} with a local change at a position greater than {@code position}: for a truncate, hence
     * rare.
     *
     * @param most of them that are wanted; one more means that there are more
     */
    Set<RowKey> keysAfter(TableId table, long position, int most);
}
