package io.gemel.apply.decide;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An image of each row that changes touch, to lock the row by: an absent one is locked by inserting it. It is the row's last one, since
 * that is most likely what the row will be, and is not written again then. Pure.
 */
public final class LockImages {
    private LockImages() {}

    /** By table and key, each row's image as of its last change; none for a truncate. */
    public static Map<TableShape, Map<RowKey, RowImage>> of(List<StampedChange> changes) {
        Map<TableShape, Map<RowKey, RowImage>> samples = new LinkedHashMap<>();
        for (StampedChange change : changes) {
            RowImage sample = change.change().anyImage();
            if (sample != null) {
                samples.computeIfAbsent(change.change().shape(), shape -> new LinkedHashMap<>())
                        .put(sample.key(), sample);
            }
        }
        return samples;
    }
}
