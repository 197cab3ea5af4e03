package io.gemel.vm;

import io.gemel.deploy.embedded.TcpProxy;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract between router and VM, over HTTP, kept by whatever VM a subclass starts. Between it and its database stands a proxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class VmContract implements SubmissionContract, CommitContract, RetryContract {
    private VmDatabase database;
    private TcpProxy network;
    private RunningVm vm;
    private VmClient client;

    /** Starts a VM of this name that reaches the database at this port. */
    protected abstract RunningVm start(VmDatabase database, String name, int databasePort) throws Exception;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        database = VmDatabase.start(directory);
        network = TcpProxy.to(database.server().port());
        vm = start(database, VM, network.port());
        client = new VmClient(vm.port());
    }

    @AfterAll
    void stop() {
        for (AutoCloseable started : new AutoCloseable[] {vm, network, database}) {
            close(started);
        }
    }

    @BeforeEach
    void open() throws SQLException {
        database.reset();
    }

    @AfterEach
    void fix() {
        network.restore();
        client.post("/gemel/undrain");
    }

    @Override
    public VmDatabase database() {
        return database;
    }

    @Override
    public VmClient client() {
        return client;
    }

    @Override
    public TcpProxy network() {
        return network;
    }

    private static void close(AutoCloseable started) {
        try {
            if (started != null) {
                started.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("cannot stop " + started, e);
        }
    }
}
