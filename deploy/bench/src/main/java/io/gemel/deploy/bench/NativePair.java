package io.gemel.deploy.bench;

import io.gemel.deploy.embedded.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** PostgreSQL's own logical replication, a publication and a subscription at each side, {@code origin = none}. */
final class NativePair implements ReplicatedPair {
    private static final String DATABASE = "bank";

    private final PostgresServer east;
    private final PostgresServer west;

    NativePair(Path folder) throws SQLException {
        this(folder, List.of(BankSchema.TABLES), BankSchema.CREATE);
    }

    /**
     * @param tables that are replicated
     * @param schema statements that create what both databases hold
     */
    NativePair(Path folder, List<String> tables, String... schema) throws SQLException {
        east = prepare(folder.resolve("east"), tables, schema);
        west = prepare(folder.resolve("west"), tables, schema);
        subscribe(east, "east", west);
        subscribe(west, "west", east);
    }

    private static PostgresServer prepare(Path folder, List<String> tables, String... schema) throws SQLException {
        PostgresServer server = PostgresServer.builder(folder).build().start();
        server.execute("postgres", "CREATE DATABASE " + DATABASE);
        server.execute(DATABASE, schema);
        for (String table : tables) {
            server.execute(DATABASE, "ALTER TABLE " + table + " REPLICA IDENTITY FULL");
        }
        server.execute(
                DATABASE,
                "CREATE PUBLICATION both_ways FOR TABLE " + String.join(", ", tables)
                        + " WITH (publish_via_partition_root)");
        return server;
    }

    private static void subscribe(PostgresServer server, String name, PostgresServer to) throws SQLException {
        server.execute(
                DATABASE,
                "CREATE SUBSCRIPTION " + name + " CONNECTION 'host=127.0.0.1 port=" + to.port()
                        + " user=postgres dbname=" + DATABASE
                        + "' PUBLICATION both_ways WITH (origin = none, copy_data = false)");
    }

    @Override
    public String name() {
        return "PostgreSQL's own";
    }

    @Override
    public void startReplicating() throws SQLException {
        east.execute(DATABASE, "ALTER SUBSCRIPTION east ENABLE");
        west.execute(DATABASE, "ALTER SUBSCRIPTION west ENABLE");
    }

    @Override
    public void stopReplicating() throws SQLException {
        east.execute(DATABASE, "ALTER SUBSCRIPTION east DISABLE");
        west.execute(DATABASE, "ALTER SUBSCRIPTION west DISABLE");
    }

    @Override
    public Connection connectEast() throws SQLException {
        return east.connect(DATABASE);
    }

    @Override
    public Connection connectWest() throws SQLException {
        return west.connect(DATABASE);
    }

    @Override
    public Duration processorTime() {
        return Duration.ZERO;
    }

    @Override
    public void close() {
        east.close();
        west.close();
    }
}
