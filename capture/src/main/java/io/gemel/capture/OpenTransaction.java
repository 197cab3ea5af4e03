package io.gemel.capture;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transaction of the database's log between its begin and its end: whose it is, and its changes that no record holds yet. One thread. */
final class OpenTransaction {
    private static final int NAME_BYTES_MAX = 3; // of a character

    /** Whose work it is. The first row tells. */
    private enum Author {
        /** No row was read yet. */
        UNKNOWN,
        /** This site's applications': it is published. */
        LOCAL,
        /** The applier's, whose marker is the first row: only corrections in it are published. */
        APPLIER
    }

    private final long id;
    private final long commitMicros;
    private Author author = Author.UNKNOWN;
    private boolean heartbeat;
    private @Nullable String horizon;
    private @Nullable TransactionHeader header;
    private int parts;
    private int published;
    private List<Change> changes = new ArrayList<>();
    private final Set<TableShape> shapes = new HashSet<>(); // of these changes
    private long bytes;

    /**
     * Begins without a row.
     *
     * @param id the database's, as its log has it
     * @param commitMicros when it was committed, microseconds since 1970, by the database's clock
     */
    OpenTransaction(long id, long commitMicros) {
        this.id = id;
        this.commitMicros = commitMicros;
    }

    long id() {
        return id;
    }

    long commitMicros() {
        return commitMicros;
    }

    /** Returns whether the applier made it: its marker came first. */
    boolean isEcho() {
        return author == Author.APPLIER;
    }

    /** Takes note of a marker. Returns whether it came first: any other is not the applier's. */
    boolean marked(@Nullable String markerHorizon) {
        if (author != Author.UNKNOWN) {
            return false;
        }
        author = Author.APPLIER;
        horizon = markerHorizon;
        return true;
    }

    /** A row was read; without a marker before it the transaction is this site's own. */
    void rowRead() {
        if (author == Author.UNKNOWN) {
            author = Author.LOCAL;
        }
    }

    /** Takes note of a row that asks for a heartbeat. */
    void beat(@Nullable String beatHorizon) {
        heartbeat = true;
        horizon = beatHorizon;
    }

    boolean hasHeartbeat() {
        return heartbeat;
    }

    /** What its marker or heartbeat says of the transactions that had ended before it; null without either. */
    @Nullable
    String horizon() {
        return horizon;
    }

    /** Bytes that a change takes in the next record, with its table's columns where they are not in it yet. */
    long size(Change change, long imageBytes) {
        return imageBytes + (shapes.contains(change.shape()) ? 0 : bytes(change.shape()));
    }

    /** About what a shape takes in a record, or more. */
    private static long bytes(TableShape shape) {
        long names = shape.columns().stream().mapToLong(String::length).sum();
        return NAME_BYTES_MAX * (names + 2L * shape.columns().size());
    }

    void add(Change change, long imageBytes) {
        bytes += size(change, imageBytes);
        shapes.add(change.shape());
        changes.add(change);
    }

    boolean hasChanges() {
        return !changes.isEmpty();
    }

    /** Bytes of the changes that no record holds yet. */
    long bytes() {
        return bytes;
    }

    /** Null until a part is made. */
    @Nullable
    TransactionHeader header() {
        return header;
    }

    void header(TransactionHeader given) {
        header = given;
    }

    /** Returns the next part, which holds all changes that no part holds yet. */
    LogRecord.Part nextPart(long epoch, TransactionHeader partHeader, boolean last) {
        LogRecord.Part part = new LogRecord.Part(epoch, partHeader, parts++, last, published, changes);
        published += changes.size();
        forgetChanges();
        return part;
    }

    private void forgetChanges() {
        changes = new ArrayList<>();
        shapes.clear();
        bytes = 0;
    }

    /** How many changes its parts hold. */
    int published() {
        return published;
    }
}
