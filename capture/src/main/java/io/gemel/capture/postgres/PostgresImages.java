package io.gemel.capture.postgres;

import io.debezium.connector.postgresql.connection.ReplicationMessage.Column;
import io.gemel.capture.api.CaptureException;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowValues;
import io.gemel.transaction.TableId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads images of the row at hand. Streaming thread only. */
final class PostgresImages {
    private final PostgresLargeValues large;

    PostgresImages(PostgresLargeValues large) {
        this.large = large;
    }

    /** Reads an image; {@code before} holds the large values that the server did not send again because they did not change. */
    RowImage image(PostgresLayout layout, List<Column> columns, @Nullable RowImage before) throws CaptureException {
        if (columns.size() != layout.columns()) {
            throw new IllegalStateException("a row of " + layout.shape() + " has " + columns.size() + " values");
        }
        RowValues values = new RowValues(layout.places().length);
        for (int i = 0; i < layout.places().length; i++) {
            Column column = columns.get(layout.places()[i]);
            if (!column.isToastedColumn()) {
                set(values, i, layout, columns);
            } else if (before != null) {
                values.copy(i, before);
            } else {
                throw TableAdvice.VALUE_MISSING.halt(layout.shape().table(), "column", column.getName());
            }
        }
        return values.image(layout.shape());
    }

    private void set(RowValues values, int place, PostgresLayout layout, List<Column> columns) throws CaptureException {
        String text = plain(columns.get(layout.places()[place]));
        if (!PostgresLargeValues.isToken(text)) {
            values.set(place, text);
            return;
        }
        if (large.refused() > 0) {
            throw large.refusal(
                    layout.shape().table(),
                    layout.shape().key().stream()
                            .map(column -> String.valueOf(plain(columns.get(layout.places()[column]))))
                            .toList());
        }
        values.set(place, large.value(text));
    }

    /** A value of one of Gemel's own tables. */
    @Nullable
    String text(TableId table, Column column) throws CaptureException {
        String text = plain(column);
        if (!PostgresLargeValues.isToken(text)) {
            return text;
        }
        if (large.refused() > 0) {
            throw large.refusal(table, null);
        }
        return large.value(text).toString();
    }

    private static @Nullable String plain(Column column) {
        return (String) column.getValue(null, true);
    }
}
