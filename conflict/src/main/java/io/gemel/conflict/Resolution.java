package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an incoming change makes of its row.
 *
 * @param outcome the row to write, or null when it must be absent
 * @param conflicts every local change that the incoming one had not seen; empty when nothing was concurrent
 * @param contested whether the outcome is more than what the incoming change says: something was concurrent, or void
 * @param divergence why the row cannot be what the protocol says it is, or null: something bypassed Gemel, and the
 *     applier must halt instead of writing
 */
public record Resolution(
        @Nullable RowImage outcome,
        List<Conflict> conflicts,
        boolean contested,
        @Nullable String divergence) {
    public Resolution {
        conflicts = List.copyOf(conflicts);
    }
}
