package io.gemel.apply.decide;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.Divergence;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.Repair;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.Resolution;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Handles diverged rows in one attempt at a batch: nothing if they have become equal, the requested repair, or else a
 * failure. Applying thread only.
 */
public final class RepairSteps {
    private final Repairs repairs;
    private final SiteId local;
    private final Map<RowKey, Kept> kept = new LinkedHashMap<>();
    private final List<JournalEntry> journal = new ArrayList<>();

    /** A row that stays as it is here, and the change that informs the peer. */
    private record Kept(Repair repair, Change.Settle settled) {}

    public RepairSteps(Repairs repairs, SiteId local) {
        this.repairs = repairs;
        this.local = local;
    }

    /** Keys of the rows that stay as they are here, whatever else comes in this transaction. */
    public Set<RowKey> kept() {
        return kept.keySet();
    }

    /** These rows, to be published: whatever the peer has, this is it now. */
    public List<Change> settled() {
        return kept.values().stream().map(row -> (Change) row.settled()).toList();
    }

    /** What was decided, with the images that were not taken. */
    public List<JournalEntry> journal() {
        return journal;
    }

    /**
     * Looks at what a change makes of its row.
     *
     * @return the same, or what is to be made of a row that has diverged
     */
    public Resolution judge(RowKey key, StampedChange incoming, @Nullable RowImage current, Resolution resolution)
            throws ApplyFailure {
        String problem = resolution.divergence();
        RowImage peers = resolution.outcome();
        // Somebody has written here what the change gives: both sites have the same row.
        if (problem == null || Objects.equals(peers, current)) {
            return resolution;
        }
        Divergence divergence = new Divergence(key, incoming, problem, current, peers);
        Repair repair = repairs.of(key).orElse(null);
        if (repair == null) {
            throw new ApplyFailure(divergence);
        }
        if (repair.take() == Repair.Take.PEER) {
            journal.add(entry(repair, divergence, settle(divergence), peers));
            return new Resolution(peers, resolution.conflicts(), true, null);
        }
        kept.put(key, new Kept(repair, settle(divergence)));
        journal.add(entry(repair, divergence, settle(divergence), current));
        return new Resolution(current, List.of(), true, null);
    }

    /** A later change of a row that stays as it is here. */
    public void passOver(RowKey key, StampedChange incoming, @Nullable RowImage current) {
        Kept row = Objects.requireNonNull(kept.get(key));
        Divergence later =
                new Divergence(key, incoming, "", current, incoming.change().after());
        journal.add(entry(row.repair(), later, row.settled(), current));
    }

    /** The row as it is here, as a change; any image will do for one that is absent. */
    private static Change.Settle settle(Divergence divergence) {
        RowImage sample = Stream.of(
                        divergence.here(), divergence.incoming().change().anyImage(), divergence.peer())
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        return new Change.Settle(sample, divergence.here() != null);
    }

    private JournalEntry entry(Repair repair, Divergence divergence, Change.Settle here, @Nullable RowImage outcome) {
        StampedChange row = new StampedChange(new TransactionHeader(local, 0, 0, new Version(0, local), 0), 0, here);
        return new JournalEntry(
                new Conflict(
                        ConflictKind.ROW_DIVERGED,
                        divergence.key(),
                        row,
                        divergence.incoming(),
                        null,
                        repair.take() == Repair.Take.PEER,
                        "repair " + repair.take().option() + " by " + repair.by()),
                outcome);
    }
}
