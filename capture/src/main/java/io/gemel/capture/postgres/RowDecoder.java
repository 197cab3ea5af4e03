package io.gemel.capture.postgres;

import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.relational.Table;
import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.source.CapturedRow;
import io.gemel.capture.source.TransactionSink;
import io.gemel.reason.Advice;
import io.gemel.transaction.Change;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.CorrectionCodec;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns the rows that Debezium decodes, every value the server's own text, into Gemel's. One thread. */
final class RowDecoder {
    private final CaptureConfig config;
    private final PostgresCatalog catalog;
    private final PostgresTables tables;
    private final PostgresImages images;
    private final Map<String, Source> sources = new HashMap<>();

    /** What a table is to capture. */
    private enum Role {
        REPLICATED,
        APPLIED,
        HEARTBEAT,
        EMIT,
        PASSED_OVER
    }

    /**
     * A table as last described in the database's log.
     *
     * @param described a new description is a new object
     * @param known how its rows become images; null until a row of it is published
     */
    private record Source(
            io.debezium.relational.TableId name,
            Table described,
            Role role,
            TableId id,
            @Nullable Known known) {
        Source with(Known now) {
            return new Source(name, described, role, id, now);
        }
    }

    /**
     * A layout that was read from the catalog.
     *
     * @param snapshot which transactions the catalog had seen
     * @param repeated whether the table was described again since, with the same columns
     */
    private record Known(PostgresLayout layout, PostgresSnapshot snapshot, boolean repeated) {}

    /**
     * @param tables the tables as last described in the database's log
     * @param large values of the row at hand
     */
    RowDecoder(CaptureConfig config, PostgresCatalog catalog, PostgresTables tables, PostgresLargeValues large) {
        this.config = config;
        this.catalog = catalog;
        this.tables = tables;
        images = new PostgresImages(large);
    }

    /** Hands what a row change means to the sink: nothing, one row, or two for an update of a primary key. */
    void read(ReplicationMessage message, TransactionSink sink) throws CaptureException, InterruptedException {
        Source source = source(message.getTable());
        switch (source.role()) {
            case REPLICATED -> {
                if (sink.wantsLocalRows()) {
                    local(layout(source, message), message, sink);
                }
            }
            case APPLIED -> {
                if (message.getNewTupleList() != null) {
                    sink.row(
                            marks(source, message)
                                    ? applied(source, message)
                                    : new CapturedRow.Stray(GemelTable.APPLIED));
                }
            }
            case HEARTBEAT -> {
                if (message.getNewTupleList() != null) {
                    sink.row(new CapturedRow.Beat(value(source, message, "horizon")));
                }
            }
            case EMIT -> {
                if (message.getOperation() == ReplicationMessage.Operation.INSERT) {
                    // Outside of the applier's transactions it is a stranger's, and may be anything.
                    sink.row(
                            sink.wantsLocalRows()
                                    ? new CapturedRow.Stray(GemelTable.EMIT)
                                    : correction(source, message));
                }
            }
            case PASSED_OVER -> {}
        }
    }

    private Source source(String name) throws CaptureException {
        Source known = sources.get(name);
        if (known != null && tables.tableFor(known.name()) == known.described()) {
            return known;
        }
        Table again = known == null ? null : tables.tableFor(known.name());
        Source source = known == null || again == null ? source(described(name)) : again(known, again);
        sources.put(name, source);
        return source;
    }

    private Source source(io.debezium.relational.TableId name) {
        TableId id = new TableId(name.schema(), name.table());
        return new Source(name, tables.tableFor(name), role(id), id, null);
    }

    private static Source again(Source source, Table described) {
        Known known = source.known();
        boolean same = described.columns().equals(source.described().columns());
        Known kept = known == null || !same ? null : new Known(known.layout(), known.snapshot(), true);
        return new Source(source.name(), described, source.role(), source.id(), kept);
    }

    /**
     * A description that repeats the columns may mean that something else has changed, the primary key for instance; or nothing, because the
     * server describes the root of partitions again for each partition that it meets. Either way what was asked holds if the catalog had
     * seen the transaction that the row is part of: nobody alters a table while others write to it.
     */
    private PostgresLayout layout(Source source, ReplicationMessage message)
            throws CaptureException, InterruptedException {
        Known known = source.known();
        if (known != null && !known.repeated()) {
            return known.layout();
        }
        long transaction = message.getTransactionId().orElseThrow();
        Known now = known != null && known.snapshot().sees(transaction)
                ? new Known(known.layout(), known.snapshot(), false)
                : ask(source, transaction);
        sources.put(message.getTable(), source.with(now));
        return now.layout();
    }

    private Known ask(Source source, long transaction) throws CaptureException, InterruptedException {
        PostgresCatalog.Description now = catalog.describe(source.id(), transaction);
        return new Known(PostgresLayout.of(source.id(), source.described(), now), now.snapshot(), false);
    }

    /** Looks the quoted name up instead of taking it apart: Debezium does not escape a quote inside of it. */
    private io.debezium.relational.TableId described(String name) {
        return tables.tableIds().stream()
                .filter(id -> id.toDoubleQuotedString().equals(name))
                .findAny()
                .orElseThrow(() -> new IllegalStateException("a row came before the description of its table " + name));
    }

    private Role role(TableId id) {
        if (id.equals(GemelTable.APPLIED.id())) {
            return Role.APPLIED;
        }
        if (id.equals(GemelTable.HEARTBEAT.id())) {
            return Role.HEARTBEAT;
        }
        if (id.equals(GemelTable.EMIT.id())) {
            return Role.EMIT;
        }
        return config.replicated().test(id) ? Role.REPLICATED : Role.PASSED_OVER;
    }

    /** The applier leaves no column empty. */
    private boolean marks(Source source, ReplicationMessage message) throws CaptureException {
        for (String column : MARKER_COLUMNS) {
            if (value(source, message, column) == null) {
                return false;
            }
        }
        return true;
    }

    private CapturedRow applied(Source source, ReplicationMessage message) throws CaptureException {
        SiteId origin = new SiteId(required(source, message, "origin"));
        Marker marker = new Marker(
                number(source, message, "position"),
                number(source, message, "epoch"),
                new Version(number(source, message, "version_micros"), origin),
                number(source, message, "peer_seen"),
                number(source, message, "peer_commit"));
        return new CapturedRow.Applied(marker, value(source, message, "horizon"));
    }

    private CapturedRow correction(Source source, ReplicationMessage message) throws CaptureException {
        byte[] body = HexFormat.of().parseHex(required(source, message, "body").substring(BYTEA_PREFIX.length()));
        try {
            return new CapturedRow.Correction(CorrectionCodec.decode(body), body.length);
        } catch (BadRecordException e) {
            throw damaged(source, "cannot be read (" + e.getMessage() + ")");
        }
    }

    private long number(Source source, ReplicationMessage message, String column) throws CaptureException {
        return Long.parseLong(required(source, message, column));
    }

    private String required(Source source, ReplicationMessage message, String column) throws CaptureException {
        String value = value(source, message, column);
        if (value == null) {
            throw damaged(source, "has no value in column " + column);
        }
        return value;
    }

    private @Nullable String value(Source source, ReplicationMessage message, String column) throws CaptureException {
        for (ReplicationMessage.Column each : message.getNewTupleList()) {
            if (each.getName().equals(column)) {
                return images.text(source.id(), each);
            }
        }
        throw damaged(source, "has no column " + column);
    }

    private static CaptureException damaged(Source source, String how) {
        return CaptureException.halt(
                Advice.CAPTURE_OWN_ROW_DAMAGED,
                "a row of " + source.id() + " " + how + "; start the pair anew (docs/operate.md)");
    }

    private void local(PostgresLayout layout, ReplicationMessage message, TransactionSink sink)
            throws CaptureException, InterruptedException {
        switch (message.getOperation()) {
            case INSERT -> {
                RowImage after = images.image(layout, message.getNewTupleList(), null);
                sink.row(new CapturedRow.Local(new Change.Insert(after), ImageBytes.of(after)));
            }
            case UPDATE -> update(layout, message, sink);
            case DELETE -> {
                RowImage before = images.image(layout, Objects.requireNonNull(message.getOldTupleList()), null);
                sink.row(local(
                        isWhole(layout, before) ? new Change.Delete(before) : Change.Settle.undecided(before, false),
                        ImageBytes.of(before)));
            }
            case TRUNCATE -> sink.row(new CapturedRow.Local(new Change.Truncate(layout.shape()), ImageBytes.CHANGE));
            default -> throw new IllegalStateException("unknown operation " + message.getOperation());
        }
    }

    private static CapturedRow.Local local(Change change, long bytes) {
        return new CapturedRow.Local(change, bytes);
    }

    private void update(PostgresLayout layout, ReplicationMessage message, TransactionSink sink)
            throws CaptureException, InterruptedException {
        List<ReplicationMessage.Column> old = message.getOldTupleList();
        RowImage before = old == null ? null : images.image(layout, old, null);
        boolean whole = before != null && isWhole(layout, before);
        RowImage after = images.image(layout, message.getNewTupleList(), whole ? before : null);
        if (before == null || !whole) {
            if (before != null && !before.key().equals(after.key())) {
                sink.row(local(Change.Settle.undecided(before, false), ImageBytes.of(before)));
            }
            sink.row(local(Change.Settle.undecided(after, true), ImageBytes.of(after)));
        } else if (before.key().equals(after.key())) {
            sink.row(local(new Change.Update(before, after), ImageBytes.of(before) + ImageBytes.of(after)));
        } else {
            sink.row(local(new Change.Delete(before), ImageBytes.of(before)));
            sink.row(local(new Change.Insert(after), ImageBytes.of(after)));
        }
    }

    /**
     * Returns whether the row was logged with all its values. One that was written before its table or partition had
     * REPLICA IDENTITY FULL comes with its key only. It is published as the row's new state: what the row was before
     * cannot be said.
     */
    private static boolean isWhole(PostgresLayout layout, RowImage before) {
        for (int column : layout.required()) {
            if (before.isNull(column)) {
                return false;
            }
        }
        return true;
    }

    private static final List<String> MARKER_COLUMNS =
            List.of("origin", "position", "epoch", "version_micros", "peer_seen", "peer_commit");
    private static final String BYTEA_PREFIX = "\\x";
}
