package io.gemel.deploy.faults;

import io.gemel.deploy.database.Sql;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.StopMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/** Faults of the database servers and of the broker. */
final class ServerFaults {
    private static final int CHECKPOINTS = 15;

    private final FaultySites sites;

    ServerFaults(FaultySites sites) {
        this.sites = sites;
    }

    List<Fault> all() {
        return List.of(
                new Fault(9, "database server crashes", random -> stop(random, StopMode.IMMEDIATE), this::startAll),
                new Fault(9, "database server killed", this::kill, this::startAll),
                new Fault(9, "one session's server process killed", this::killBackend, Fault.Healing.NOTHING),
                new Fault(11, "broker killed", this::killBroker, this::startAll),
                new Fault(16, "checkpoints and restarts", this::checkpoints, this::startAll));
    }

    private void stop(Random random, StopMode mode) throws InterruptedException {
        sites.any(random).server().stop(mode);
        Thread.sleep(random.nextInt(1000));
    }

    private void kill(Random random) throws InterruptedException {
        sites.any(random).server().kill();
        Thread.sleep(random.nextInt(1000));
    }

    /** The server ends all its other sessions too, and recovers by itself. */
    private void killBackend(Random random) throws SQLException {
        FaultySite site = sites.any(random);
        try (Connection connection = site.fixture().connectAsAdministrator()) {
            List<Long> pids = Sql.list(
                    connection,
                    row -> row.getLong(1),
                    "SELECT pid FROM pg_stat_activity WHERE usename = ? AND application_name <> ''",
                    site.fixture().role());
            ProcessHandle.of(pids.get(random.nextInt(pids.size()))).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private void killBroker(Random random) throws InterruptedException {
        sites.broker().kill();
        Thread.sleep(random.nextInt(1500));
    }

    /** Checkpoints in a tight loop between an orderly and a disorderly restart: the slot must not move backwards or ahead. */
    private void checkpoints(Random random) throws SQLException {
        FaultySite site = sites.any(random);
        boolean fastFirst = random.nextBoolean();
        for (StopMode mode :
                fastFirst ? List.of(StopMode.FAST, StopMode.IMMEDIATE) : List.of(StopMode.IMMEDIATE, StopMode.FAST)) {
            for (int i = 0; i < CHECKPOINTS; i++) {
                site.fixture().execute("CHECKPOINT");
            }
            site.server().stop(mode);
            site.server().start();
        }
    }

    private void startAll() {
        for (FaultySite site : sites.both()) {
            PostgresServer server = site.server();
            if (!server.isRunning()) {
                server.stop(StopMode.IMMEDIATE);
                server.start();
            }
        }
        if (!sites.broker().isRunning()) {
            sites.broker().kill();
            sites.broker().start();
        }
    }
}
