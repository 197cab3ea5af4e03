package io.gemel.deploy.site;

import io.gemel.apply.Applier;
import io.gemel.apply.api.ApplyException;
import io.gemel.capture.Capture;
import io.gemel.capture.api.CaptureException;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.log.Watermark;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.PublishedTables;
import io.gemel.deploy.database.Seal;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import io.gemel.reason.RowRoom;
import io.gemel.transaction.Marker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a site: from becoming the leader of its database until something fails. Everything it holds in memory can be
 * rebuilt from the database and the log, so the answer to any failure is a new life.
 */
final class Site implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Site.class);

    /** What each step of {@link #seal} may take. */
    private static final Duration SEAL_LIMIT = Duration.ofSeconds(1);

    private static final String SEAL_NEEDED = "only a major upgrade of the server needs that (docs/operate.md)";

    /** A heartbeat may be open at the same moment; an application's transaction stays open longer. */
    private static final int SEAL_TRIES = 5;

    private final SiteConfig config;
    private final Applier applier;
    private final Capture capture;
    private final InFlightWindow window;
    private final ReadProgress progress = new ReadProgress();
    private final Durability durability;
    private final Reasons reasons;
    private final ReplicatedTables tables;
    private final GateKeeper gateKeeper;

    /** Opens nothing yet. */
    Site(
            SiteConfig config,
            LongUnaryOperator commitClock,
            InstantSource clock,
            SiteFigures figures,
            Reasons reasons,
            ReplicatedTables tables) {
        this.config = config;
        this.reasons = reasons;
        this.tables = tables;
        Watermark published = new Watermark();
        Watermark seen = new Watermark();
        RowRoom rowRoom = SiteModules.rowRoom(config);
        applier = new Applier(
                SiteModules.apply(config, tables, rowRoom), progress, clock, figures.applyListener(seen), reasons);
        capture = new Capture(
                SiteModules.capture(config, commitClock, tables, rowRoom.other()),
                figures.captureListener(published),
                reasons);
        window = new InFlightWindow(
                config.site(),
                SiteModules.policies(config),
                capture.localChanges(),
                config.limits().windowKeysMax(),
                SiteModules.windowMemory(config));
        durability = new Durability(applier, window, progress, published, seen);
        gateKeeper = new GateKeeper(config, durability, applier);
    }

    /** False while another process leads this site. */
    boolean tryLead() throws ApplyException {
        return applier.tryLead();
    }

    /** The map: how the pieces of a site are put together, in the order in which they must come to life. */
    void start() throws ApplyException, CaptureException, SQLException, InterruptedException {
        try {
            startInOrder();
        } finally {
            reasons.over(ReasonCode.SITE_STARTING);
        }
    }

    private void startInOrder() throws ApplyException, CaptureException, SQLException, InterruptedException {
        step("makes sure that the log belongs to this database and that the slot continues it; a long transaction"
                + " that was open when the slot was last used delays that");
        capture.open(); // this site's log is ours; an older process can no longer harm it
        recordPublished(); // and so is the database
        step("reads its stored state from the database");
        Marker applied = applier.restore(window); // database -> window: entries that met a conflict
        step("replays this site's own log from what the peer is known to have applied");
        window.overflow(true);
        capture.replay(applied.peerSeen(), window); // own log -> window: what the peer has not been seen to have
        window.overflow(false);
        step("waits until the database sends its log");
        durability.begin(); // what was replayed is in Kafka, what it holds is known to have been applied or not
        applier.startHeartbeats(); // the database's log moves even when nobody writes
        capture.start(window, progress); // database's log -> window -> Kafka
        applier.start(window); // Kafka -> database
        gateKeeper.start(); // and when both have caught up, VMs -> database
    }

    private void recordPublished() throws SQLException, InterruptedException {
        try (SideConnection connection = new SideConnection(config, "published")) {
            connection.ask(session -> {
                PublishedTables.record(session, tables.recorded());
                return true;
            });
        }
    }

    private void step(String doing) {
        reasons.over(ReasonCode.SITE_STARTING);
        reasons.waiting(ReasonCode.SITE_STARTING, "", () -> "the site is still starting: it " + doing);
    }

    /**
     * Leaves word in the database that everything committed so far is in this site's log, if that can be found out in a short time:
     * while nobody else writes. A database that loses its slot afterwards, as by a major upgrade of the server, can go on.
     */
    void seal() throws InterruptedException {
        try (SideConnection connection = new SideConnection(config, "seal")) {
            if (applier.stopApplying(SEAL_LIMIT)
                    && connection.ask(this::writeSeal)
                    && durability.await(false, SEAL_LIMIT).isEmpty()) {
                connection.ask(session -> {
                    Seal.complete(session);
                    return true;
                });
                LOG.info("{} is sealed: everything that was committed here is in its log", config.site());
            } else {
                LOG.info("{} is not sealed, because something is still written here: {}", config.site(), SEAL_NEEDED);
            }
        } catch (SQLException e) {
            LOG.info("{} is not sealed ({}): {}", config.site(), e.getMessage(), SEAL_NEEDED);
        }
    }

    private boolean writeSeal(Connection session) throws SQLException {
        boolean written = false;
        for (int i = 0; i < SEAL_TRIES && !written; i++) {
            written = Seal.write(session, capture.epoch());
        }
        return written;
    }

    Applier applier() {
        return applier;
    }

    /** The database has vanished: nobody waits for it any more, not even to take leave. Any thread, at once. */
    void abandon() {
        capture.abandon();
        applier.abandon();
    }

    InFlightWindow window() {
        return window;
    }

    Durability durability() {
        return durability;
    }

    /** What the gate waits for; empty when it is open. */
    String gateReason() {
        return gateKeeper.reason();
    }

    /** Closes each part, the last one first, whatever becomes of the others: an applier that stays open keeps the leadership. */
    @Override
    @SuppressWarnings("try") // they are only closed
    public void close() {
        try (applier;
                capture;
                window;
                gateKeeper) {}
    }
}
