package io.gemel.deploy.bench;

import java.sql.Connection;
import java.sql.SQLException;

/** Two databases, east and west, that something keeps equal, both ways. */
interface ReplicatedPair extends AutoCloseable {
    /** As it is printed. */
    String name();

    /** Starts replicating, both ways; returns when it is ready for load. */
    void startReplicating() throws Exception;

    /** Stops replicating; what is committed meanwhile waits. */
    void stopReplicating() throws Exception;

    /** A connection with auto-commit as a role that may do everything. The caller closes it. */
    Connection connectEast() throws SQLException;

    /** As {@link #connectEast}. */
    Connection connectWest() throws SQLException;

    @Override
    void close();
}
