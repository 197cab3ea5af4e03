package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row's outcome so far in a fold.
 *
 * @param image the row, or null when it is absent
 * @param contributors per site the last position that contributed to the image; empty when nothing in flight did
 */
public record RowState(@Nullable RowImage image, Map<SiteId, Long> contributors) {
    public RowState {
        contributors = Map.copyOf(contributors);
    }

    /** The state before anything in flight. */
    public static RowState settled(@Nullable RowImage image) {
        return new RowState(image, Map.of());
    }

    /** The state made by {@code change} alone. */
    static RowState replacedBy(@Nullable RowImage image, StampedChange change) {
        return new RowState(image, Map.of(change.origin(), change.position()));
    }

    /** The state made by {@code change} on top of what contributed before. */
    RowState joinedBy(@Nullable RowImage newImage, StampedChange change) {
        Map<SiteId, Long> joined = new HashMap<>(contributors);
        joined.merge(change.origin(), change.position(), Math::max);
        return new RowState(newImage, joined);
    }

    /** Returns whether the site of {@code change} had every contributor of this state in its database. */
    boolean seenBy(StampedChange change) {
        for (Map.Entry<SiteId, Long> contributor : contributors.entrySet()) {
            boolean own = contributor.getKey().equals(change.origin());
            long known = own ? change.position() : change.header().seen();
            if (contributor.getValue() > known) {
                return false;
            }
        }
        return true;
    }
}
