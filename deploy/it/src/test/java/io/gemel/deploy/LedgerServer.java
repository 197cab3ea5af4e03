package io.gemel.deploy;

import io.gemel.deploy.database.GemelSchema;
import io.gemel.deploy.embedded.PostgresServer;
import java.nio.file.Path;
import java.sql.SQLException;

/** A server with a database as {@code gemel prepare} leaves it, as far as VMs are concerned: its gate is open. */
public final class LedgerServer {
    public static final String OPEN_GATE = "UPDATE gemel.gate SET opened_for = pg_postmaster_start_time()";

    private LedgerServer() {}

    /**
     * Starts one; the caller closes it.
     *
     * @param application statements that make the application's tables and role
     */
    public static PostgresServer start(Path directory, String database, String... application) throws SQLException {
        PostgresServer server =
                PostgresServer.builder(directory).withoutFsync().build().start();
        server.execute(database, "CREATE SCHEMA gemel");
        for (GemelSchema.Item item : GemelSchema.items()) {
            server.execute(database, item.statement());
        }
        server.execute(database, GemelSchema.GATE_ROW, OPEN_GATE);
        server.execute(database, application);
        return server;
    }
}
