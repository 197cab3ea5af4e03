package io.gemel.deploy.site;

import io.gemel.apply.Applier;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.Gate;
import io.gemel.transaction.GemelTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the gate of a site that has returned: when everything that its database had committed is published, everything that the peer's
 * log holds is applied, and the peer's transactions do not wait long any more. A gate that is open stays so as long as the database
 * server runs. Works on a thread of its own, for one life of the site.
 */
final class GateKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GateKeeper.class);

    /** How long each condition is waited for before the reason is told anew. */
    private static final Duration STEP_LIMIT = Duration.ofSeconds(2);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

    private final SiteConfig config;
    private final Durability durability;
    private final Applier applier;
    private final SideConnection connection;
    private final Thread thread;
    private volatile String reason = "the site has only just started";

    GateKeeper(SiteConfig config, Durability durability, Applier applier) {
        this.config = config;
        this.durability = durability;
        this.applier = applier;
        connection = new SideConnection(config, "gate");
        thread = SiteThread.daemon(config.site(), "gate", this::run);
    }

    void start() {
        thread.start();
    }

    /** What the gate waits for; empty when it is open. Any thread. */
    String reason() {
        return reason;
    }

    private void run() {
        try {
            while (true) {
                reason = openOrSayWhyNot().orElse("");
                Thread.sleep(LOOK_AGAIN.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connection.close();
        }
    }

    private Optional<String> openOrSayWhyNot() throws InterruptedException {
        try {
            if (connection.ask(Gate::isOpen)) {
                return Optional.empty();
            }
            // Before anything else: what is found out now holds for this start of the server, and for no later one.
            String serverStart = connection.ask(Gate::serverStart);
            Optional<String> blocker = blocker();
            if (blocker.isPresent()) {
                return blocker;
            }
            if (!connection.ask(session -> Gate.open(session, serverStart))) {
                return Optional.of("the database was restarted in the meantime, or " + GemelTable.GATE
                        + " has no row: run gemel prepare");
            }
            LOG.info("gate opened: caught up with {}", config.peer());
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(GemelTable.GATE + " cannot be used: " + e.getMessage());
        }
    }

    private Optional<String> blocker() throws InterruptedException {
        Optional<String> unpublished = durability.await(false, STEP_LIMIT);
        if (unpublished.isPresent()) {
            return unpublished;
        }
        Optional<String> unapplied = applier.awaitPeerLog(STEP_LIMIT, true);
        if (unapplied.isPresent()) {
            return unapplied;
        }
        long lag = applier.backlogMillis();
        long lagMax = config.router().gateLagMax().toMillis();
        return lag <= lagMax
                ? Optional.empty()
                : Optional.of("the peer's transactions wait " + lag + " ms to be applied, longer than gate.lag.max");
    }

    /** Ends watching; does not wait for a look in hand, which does no harm: what it found out stays true. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
