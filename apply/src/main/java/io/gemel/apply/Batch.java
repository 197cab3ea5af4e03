package io.gemel.apply;

import io.gemel.apply.decide.ParkingNotices;
import io.gemel.apply.log.Incoming;
import io.gemel.apply.log.PieceConsumer;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.transaction.Change;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.Transaction;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Transactions of the peer's log that are applied together, and their changes, in log order; those of a large transaction are read
 * again piece by piece. Heartbeats may stand beside them, or alone. Applying thread only.
 */
final class Batch implements BatchFacts {
    /** Reads the changes of a large transaction again. */
    @FunctionalInterface
    interface LargeReader {
        void reread(Incoming.Spilled large, PieceConsumer consumer) throws ApplyFailure, InterruptedException;
    }

    private final LargeReader log;
    private final List<Incoming> records;
    private final List<TransactionHeader> stamps;
    private int count;

    Batch(LargeReader log, List<Incoming> records) {
        this.log = log;
        this.records = List.copyOf(records);
        stamps = stamps(records);
    }

    private static List<TransactionHeader> stamps(List<Incoming> records) {
        List<TransactionHeader> stamps = new ArrayList<>();
        for (Incoming incoming : records) {
            if (incoming instanceof Incoming.InMemory whole) {
                stamps.add(whole.transaction().header());
            } else if (incoming instanceof Incoming.Spilled large) {
                stamps.add(large.header());
            }
        }
        return List.copyOf(stamps);
    }

    /** Headers of its transactions, in log order. */
    List<TransactionHeader> stamps() {
        return stamps;
    }

    @Override
    public boolean isSingle() {
        return stamps.size() <= 1;
    }

    /** Greatest {@code seen}. */
    long seen() {
        return records.stream().mapToLong(Incoming::seen).max().orElse(0);
    }

    long epoch() {
        return records.stream().mapToLong(Incoming::epoch).max().orElse(0);
    }

    /** Returns whether the peer reports its position, and so waits for this site's. */
    boolean hasHeartbeat() {
        return records.stream().anyMatch(Incoming.Heartbeat.class::isInstance);
    }

    /** Changes handed out by the last {@link #forEach}. */
    int count() {
        return count;
    }

    /** The only transaction of the batch, if that is held in memory as a whole; heartbeats may stand beside it. */
    Optional<Transaction> wholeTransaction() {
        if (!isSingle()) {
            return Optional.empty();
        }
        return records.stream()
                .filter(Incoming.InMemory.class::isInstance)
                .map(incoming -> ((Incoming.InMemory) incoming).transaction())
                .findFirst();
    }

    @Override
    public boolean isParkable() {
        return wholeTransaction().isPresent();
    }

    @Override
    public boolean leavesRowsAbsent() {
        return wholeTransaction().stream()
                .flatMap(transaction -> transaction.changes().stream())
                .anyMatch(change -> change.after() == null);
    }

    @Override
    public boolean mayHaveNotices() {
        return records.stream()
                .anyMatch(incoming -> incoming instanceof Incoming.Spilled
                        || (incoming instanceof Incoming.InMemory whole
                                && ParkingNotices.areNotices(whole.transaction().changes())));
    }

    /** The same in the same order, in two batches; of two or more. */
    List<Batch> halves() {
        int middle = records.size() / 2;
        return List.of(
                new Batch(log, records.subList(0, middle)), new Batch(log, records.subList(middle, records.size())));
    }

    /** Hands out the changes, in pieces that fit into memory; from the start on every call. */
    void forEach(PieceConsumer consumer) throws ApplyFailure, InterruptedException {
        count = 0;
        if (records.get(0) instanceof Incoming.Spilled large) {
            log.reread(large, piece -> {
                count += piece.size();
                return consumer.accept(piece);
            });
            return;
        }
        List<StampedChange> changes = new ArrayList<>();
        for (Incoming incoming : records) {
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
