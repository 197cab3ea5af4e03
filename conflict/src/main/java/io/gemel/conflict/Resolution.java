package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Result of an incoming change for its row.
 *
 * @param outcome the row to write, or null when it must be absent
 * @param conflicts every local change that the incoming one had not seen; empty when nothing was concurrent
 * @param contested whether the outcome differs from the incoming change alone: something was concurrent, or superseded
 * @param divergence why the row contradicts the protocol, or null: something bypassed Gemel, and the applier must halt
 *     instead of writing
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
