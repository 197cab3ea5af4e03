package io.gemel.apply.simulation;

import io.gemel.conflict.Resolution;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks the core what becomes of a locked row, and checks what it says of it. */
final class RowResolver {
    private final Configuration configuration;
    private final RowLocks locks;

    RowResolver(Configuration configuration, RowLocks locks) {
        this.configuration = configuration;
        this.locks = locks;
    }

    void resolve(ApplyTransaction transaction, RowKey key, StampedChange incoming) {
        RowImage row = transaction.image(key);
        boolean withdrawn = incoming.origin().equals(transaction.group().local());
        boolean judged = configuration.has(Fault.REFRESH_INSTEAD_OF_VOID) && transaction.isAlone();
        if (!withdrawn && !judged && !transaction.group().rivalsOf(incoming).isEmpty()) {
            transaction.rivalsMet(key);
            return;
        }
        Resolution resolution = withdrawn
                ? transaction.group().withdraw(incoming, row)
                : transaction.group().resolve(key, incoming, row);
        if (!configuration.lenient() && resolution.divergence() != null) {
            throw new Violation(key + ": " + resolution.divergence());
        }
        transaction.conflicts().addAll(resolution.conflicts());
        if (resolution.contested()) {
            transaction.noteFolded(key);
        }
        RowImage outcome = resolution.outcome();
        if (configuration.has(Fault.PAIRWISE_RESOLUTION)) {
            outcome = resolution.conflicts().isEmpty()
                    ? unchecked(row, incoming)
                    : new PairwiseResolution(configuration).resolve(row, resolution.conflicts());
        }
        transaction.put(key, outcome, !Objects.equals(outcome, row));
    }

    /** A truncate: the contested keys one by one, every other row goes. False when capture must read on first. */
    boolean truncate(ApplyTransaction transaction, StampedChange incoming) {
        if (!locks.acquireTable(transaction)) {
            return false;
        }
        Set<RowKey> contested =
                transaction.group().contestedKeys(Item.TABLE, incoming.header().seen(), Integer.MAX_VALUE);
        contested.forEach(key -> resolve(transaction, key, incoming));
        for (RowKey key : transaction.keys()) {
            if (!contested.contains(key)) {
                transaction.put(key, null, true);
            }
        }
        return true;
    }

    /** What an applier that looks at nothing makes of a row. */
    @Nullable
    RowImage unchecked(@Nullable RowImage row, StampedChange incoming) {
        return new OracleFold(configuration)
                .step(OracleFold.State.of(row), incoming)
                .image();
    }
}
