package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import org.jspecify.annotations.Nullable;

/**
 * One concurrent pair: a local change and the incoming change that had not seen it. Both sites find the same pairs of
 * one row's changes and the same winner.
 *
 * @param base the last row that both sites had in common, the same at both sites unless a superseded transaction had
 *     changed it; null when there was none, or when only a truncate could tell
 * @param parked left to a person, so that neither has won yet
 */
public record Conflict(
        ConflictKind kind,
        RowKey key,
        StampedChange local,
        StampedChange incoming,
        @Nullable RowImage base,
        boolean incomingWins,
        String policy,
        boolean parked) {
    public Conflict(
            ConflictKind kind,
            RowKey key,
            StampedChange local,
            StampedChange incoming,
            @Nullable RowImage base,
            boolean incomingWins,
            String policy) {
        this(kind, key, local, incoming, base, incomingWins, policy, false);
    }

    /** The same, left to a person. */
    public Conflict park() {
        return new Conflict(kind, key, local, incoming, base, incomingWins, policy, true);
    }

    /** How it was resolved here, as the journal and the metrics name it. */
    public String resolution() {
        if (parked) {
            return "parked";
        }
        return incomingWins ? "incoming wins" : "local wins";
    }

    /** The change that the fold puts later. */
    public StampedChange winner() {
        return incomingWins ? incoming : local;
    }

    /**
     * A conflict between two rows, of which one has to give way.
     *
     * @param loser key of the row that does
     */
    public static Conflict between(
            ConflictKind kind, SiteId local, StampedChange winning, RowKey loser, StampedChange losing, String policy) {
        boolean incomingWins =
                losing.origin().equals(local) && !winning.origin().equals(local);
        return incomingWins
                ? new Conflict(kind, loser, losing, winning, null, true, policy)
                : new Conflict(kind, loser, winning, losing, null, false, policy);
    }
}
