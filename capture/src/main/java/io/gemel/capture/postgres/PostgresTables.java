package io.gemel.capture.postgres;

import io.debezium.config.Configuration;
import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import java.util.Map;
import java.util.Set;

/**
 * The tables as last described in the database's log, and nothing else of them. Debezium's own schema reads all tables of the database when it
 * begins, with two queries for each, and builds the schema of Kafka Connect's records at each description; Gemel uses neither, and a
 * table in partitions is described as often as it has partitions. Streaming thread only.
 */
final class PostgresTables extends PostgresSchema {
    /** Without what builds records, of which there are none. */
    PostgresTables(PostgresConnectorConfig config) {
        super(new CdcSourceTaskContext<>(Configuration.empty(), config, Map.of()), null, null, null, null);
    }

    /** All that is described is taken: the publication says what is. */
    @Override
    protected boolean isFilteredOut(TableId table) {
        return false;
    }

    @Override
    public Set<TableId> tableIds() {
        return tables().tableIds();
    }

    @Override
    public Table tableFor(TableId table) {
        return tables().forTable(table);
    }

    @Override
    protected void buildAndRegisterSchema(Table table) {
        // No record is made of its rows.
    }
}
