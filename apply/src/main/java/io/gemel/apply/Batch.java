package io.gemel.apply;

import io.gemel.apply.decide.ParkingNotices;
import io.gemel.apply.log.Incoming;
import io.gemel.apply.log.PeerLog;
import io.gemel.apply.log.PieceConsumer;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.transaction.Change;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.Transaction;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The transactions of a group and their changes, in log order; those of a large transaction are read again piece by piece. */
final class Batch implements BatchTransactions.Changes {
    private final PeerLog log;
    private final List<Incoming> group;
    private int count;

    Batch(PeerLog log, List<Incoming> group) {
        this.log = log;
        this.group = List.copyOf(group);
    }

    List<TransactionHeader> stamps() {
        List<TransactionHeader> stamps = new ArrayList<>();
        for (Incoming incoming : group) {
            if (incoming instanceof Incoming.InMemory whole) {
                stamps.add(whole.transaction().header());
            } else if (incoming instanceof Incoming.Spilled large) {
                stamps.add(large.header());
            }
        }
        return stamps;
    }

    /** Returns whether it is at most one transaction. */
    boolean isSingle() {
        return stamps().size() <= 1;
    }

    /** Greatest {@code seen}. */
    long seen() {
        return group.stream().mapToLong(Incoming::seen).max().orElse(0);
    }

    long epoch() {
        return group.stream().mapToLong(Incoming::epoch).max().orElse(0);
    }

    /** Returns whether the peer reports its position, and so waits for this site's. */
    boolean hasHeartbeat() {
        return group.stream().anyMatch(Incoming.Heartbeat.class::isInstance);
    }

    /** Changes handed out by the last {@link #forEach}. */
    int count() {
        return count;
    }

    /** The only transaction of the group, if that is held in memory as a whole; heartbeats may stand beside it. */
    @Nullable
    Transaction wholeTransaction() {
        if (!isSingle()) {
            return null;
        }
        return group.stream()
                .filter(Incoming.InMemory.class::isInstance)
                .map(incoming -> ((Incoming.InMemory) incoming).transaction())
                .findFirst()
                .orElse(null);
    }

    /**
     * Returns whether any transaction of the group may concern parked ones. For a large one this is unknown until it is
     * read.
     */
    boolean mayHaveNotices() {
        return group.stream()
                .anyMatch(incoming -> incoming instanceof Incoming.Spilled
                        || (incoming instanceof Incoming.InMemory whole
                                && ParkingNotices.areNotices(whole.transaction().changes())));
    }

    /** The same in the same order, in two groups; of two or more. */
    List<Batch> halves() {
        int middle = group.size() / 2;
        return List.of(
                new Batch(log, group.subList(0, middle)),
                new Batch(log, group.subList(middle, group.size())));
    }

    @Override
    public void forEach(PieceConsumer consumer) throws ApplyFailure, InterruptedException {
        count = 0;
        if (group.get(0) instanceof Incoming.Spilled large) {
            log.reread(large, piece -> {
                count += piece.size();
                return consumer.accept(piece);
            });
            return;
        }
        List<StampedChange> changes = new ArrayList<>();
        for (Incoming incoming : group) {
            if (incoming instanceof Incoming.InMemory whole) {
                int index = 0;
                for (Change change : whole.transaction().changes()) {
                    changes.add(new StampedChange(whole.transaction().header(), index++, change));
                }
            }
        }
        count = changes.size();
        consumer.accept(changes);
    }
}
