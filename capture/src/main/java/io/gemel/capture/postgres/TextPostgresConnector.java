package io.gemel.capture.postgres;

import io.debezium.connector.postgresql.PostgresConnector;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.relational.Column;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Debezium's PostgreSQL connector, configured to treat every column as text: the server's text of any type is passed on
 * unchanged, without a conversion that could lose something. Public only because Debezium creates it by name; not for
 * other use.
 */
@SuppressWarnings("unchecked") // an inherited method overrides another one without its type parameter
public final class TextPostgresConnector extends PostgresConnector {
    /** How often capture sends a status to the server even when there is nothing to confirm. */
    static final Duration STATUS_INTERVAL = Duration.ofSeconds(5);

    // Debezium makes connectors and tasks itself, so this is the only way to hand one an object.
    private static final Map<String, PostgresTap> TAPS = new ConcurrentHashMap<>();

    /** Makes the tap for the engine with a topic prefix known, until {@link #forget}. */
    static void remember(String name, PostgresTap tap) {
        TAPS.put(name, tap);
    }

    static void forget(String name) {
        TAPS.remove(name);
    }

    @Override
    public Class<? extends Task> taskClass() {
        return TextPostgresTask.class;
    }

    /** The task of this connector; see there. */
    public static final class TextPostgresTask extends PostgresConnectorTask {
        private static final Duration POLL = Duration.ofMillis(50);

        /** Records never come this way, failures do: asking as often as the stream is read would only cost. */
        @Override
        public List<SourceRecord> doPoll() throws InterruptedException {
            Thread.sleep(POLL.toMillis());
            return super.doPoll();
        }

        @Override
        protected ReplicationConnection buildReplicationConnection(
                PostgresConnection connection, PostgresSchema schema, PostgresConnectorConfig config)
                throws SQLException {
            PostgresTap tap = TAPS.get(config.getLogicalName());
            if (tap == null) {
                throw new SQLException("capture was closed while it was starting");
            }
            PostgresTables tables = new PostgresTables(config);
            ReplicationConnection built = ReplicationConnection.builder(config)
                    .withSlot(config.slotName())
                    .withPublication(config.publicationName())
                    .withTableFilter(config.getTableFilters())
                    .withPublicationAutocreateMode(PostgresConnectorConfig.AutoCreateMode.DISABLED)
                    .withPlugin(config.plugin())
                    .dropSlotOnClose(false)
                    .createFailOverSlot(false)
                    .statusUpdateInterval(STATUS_INTERVAL)
                    .withTypeRegistry(new TextTypes(connection))
                    .withSchema(tables)
                    .jdbcMetadataConnection(new UnaskedConnection(config, connection))
                    .build();
            return tap.on(built, connection.connection(), tables);
        }
    }

    /**
     * Reports nothing about a table's columns: Debezium asks about optionality, defaults and keys at each description
     * of a table, which are as many as there are partitions, and Gemel uses none of them. It opens no connection of its
     * own.
     */
    private static final class UnaskedConnection extends PostgresConnection {
        private static final String NO_COLUMN = ""; // an empty list would make Debezium look for unique indexes

        private final PostgresConnection connection;

        UnaskedConnection(PostgresConnectorConfig config, PostgresConnection connection) {
            super(config.getJdbcConfig(), PostgresConnection.CONNECTION_GENERAL);
            this.connection = connection;
        }

        @Override
        public synchronized Connection connection() throws SQLException {
            return connection.connection();
        }

        @Override
        public synchronized void close() {
            connection.close();
        }

        @Override
        public List<Column> getTableColumnsForDecoder(TableId table, Tables.ColumnNameFilter filter) {
            return new ArrayList<>(); // Debezium takes from both lists what it does not find
        }

        @Override
        public List<String> readPrimaryKeyNames(DatabaseMetaData metadata, TableId table) {
            return new ArrayList<>(List.of(NO_COLUMN));
        }
    }

    /** Answers {@code text} whatever type is asked for. */
    private static final class TextTypes extends TypeRegistry {
        private final @Nullable PostgresType text; // null only while the superclass is being constructed

        TextTypes(PostgresConnection connection) {
            super(connection);
            text = super.get("text");
        }

        @Override
        public PostgresType get(int oid) {
            return text == null ? super.get(oid) : text;
        }

        @Override
        public PostgresType get(String name) {
            return text == null ? super.get(name) : text;
        }
    }
}
