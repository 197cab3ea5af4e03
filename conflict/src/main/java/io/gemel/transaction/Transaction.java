package io.gemel.transaction;

import java.util.List;

/** A committed transaction, whole: its changes in the order in which they were made. */
public record Transaction(TransactionHeader header, List<Change> changes) {
    public Transaction {
        changes = List.copyOf(changes);
    }
}
