package io.gemel.deploy.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

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

    /** Processor time of what replicates, beside the servers, from its start until now; zero when nothing does. */
    Duration processorTime();

    @Override
    void close();
}
