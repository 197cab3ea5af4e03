package io.gemel.conflict;

import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import java.util.List;
import java.util.Set;

/** Reads this site's own changes back, from memory or from its log: the window itself keeps only their positions. */
public interface LocalChanges {
    /**
     * The local changes of {@code key} in the transactions at {@code positions}, in order.
     *
     * @param positions ascending; some may not touch the key at all, for the window indexes by hash
     */
    List<StampedChange> read(RowKey key, List<Long> positions);

    /** Keys of {@code table} with a local change at a position greater than {@code position}: for a truncate, hence rare. */
    Set<RowKey> keysAfter(TableId table, long position);
}
