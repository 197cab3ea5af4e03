package io.gemel.capture.postgres;

import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.gemel.capture.api.CaptureException;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a table's rows become images.
 *
 * @param columns how many values a row of the database's log has
 * @param places where in such a row the values of the shape are: without the generated columns, which a server of version
 *     18 publishes because it must
 * @param required indexes in the shape of the columns that are never null
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes it
record PostgresLayout(TableShape shape, int columns, int[] places, int[] required) {
    /**
     * Puts together what the database's log and the catalog say.
     *
     * @param described the table as last described in the database's log
     * @param now the table as the catalog has it
     * @throws CaptureException HALT when the rows do not hold the primary key of now
     */
    static PostgresLayout of(TableId id, Table described, PostgresCatalog.Description now) throws CaptureException {
        List<String> sent = described.columns().stream().map(Column::name).toList();
        List<String> columns =
                sent.stream().filter(name -> !now.generated().contains(name)).toList();
        List<Integer> key = now.key().stream().map(columns::indexOf).toList();
        if (key.contains(-1)) {
            throw TableAdvice.KEY_CHANGED.halt(id);
        }
        int[] places = columns.stream().mapToInt(sent::indexOf).toArray();
        int[] required = IntStream.range(0, columns.size())
                .filter(i -> now.required().contains(columns.get(i)))
                .toArray();
        return new PostgresLayout(new TableShape(id, columns, key), sent.size(), places, required);
    }
}
