package io.gemel.apply.target;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import org.jspecify.annotations.Nullable;

/**
 * A row that differs from what the protocol implies: something wrote it past Gemel. The applier halts at it, unless a
 * person has requested a repair.
 *
 * @param incoming the change that found it
 * @param problem how the row differs
 * @param here the row as it is at this site, or null when it is absent
 * @param peer the row as the change leaves it at the peer, or null when it is absent
 */
public record Divergence(
        RowKey key,
        StampedChange incoming,
        String problem,
        @Nullable RowImage here,
        @Nullable RowImage peer) {
    /** What a person reads, with the commands that end it. */
    String advice() {
        return "row " + key + " has diverged at log position " + incoming.position() + " of " + incoming.origin() + ": "
                + problem
                + ". Something wrote it past Gemel (trigger, cascade, restored backup, changed schema, or at the"
                + " peer while its table was without REPLICA IDENTITY FULL). Decide whose row is right. The peer's,"
                + " to be taken here: " + RepairCommands.take(key, Repair.Take.PEER)
                + " ; or this site's, to be taken at both: " + RepairCommands.take(key, Repair.Take.HERE);
    }
}
