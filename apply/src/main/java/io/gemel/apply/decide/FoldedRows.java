package io.gemel.apply.decide;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.Resolution;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a batch whose fold differs from the incoming change, because it met a concurrent change or the remains of a
 * superseded transaction. No more than the batch's view of the window has of them. Applying thread only.
 */
public final class FoldedRows {
    /**
     * The batch's result for a row.
     *
     * @param change the last one that had a say; this site's own when a superseded one was removed
     * @param rival the first local change that an incoming one had not seen, or null when none was concurrent
     * @param before the row as the batch found it
     * @param after the row as its fold left it
     */
    record MergedRow(
            StampedChange change,
            @Nullable StampedChange rival,
            @Nullable RowImage before,
            @Nullable RowImage after) {
        boolean isGone() {
            return before != null && after == null;
        }

        /** Returns whether the row is a new one here. */
        boolean isNew() {
            return after != null && !Objects.equals(before, after);
        }
    }

    private final Map<RowKey, MergedRow> rows = new LinkedHashMap<>();

    /**
     * Takes note of what became of a row.
     *
     * @param change of the row, no truncate
     */
    public void note(StampedChange change, @Nullable RowImage current, Resolution resolution) {
        RowKey key = change.change().key();
        MergedRow known = rows.get(key);
        if (known == null && !resolution.contested()) {
            return;
        }
        StampedChange rival = Stream.concat(
                        Stream.ofNullable(known).map(MergedRow::rival),
                        resolution.conflicts().stream().map(Conflict::local))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        RowImage before = known == null ? current : known.before();
        rows.put(key, new MergedRow(change, rival, before, resolution.outcome()));
    }

    /** Each row as it was noted last, in the order in which they were first. */
    List<MergedRow> rows() {
        return new ArrayList<>(rows.values());
    }
}
