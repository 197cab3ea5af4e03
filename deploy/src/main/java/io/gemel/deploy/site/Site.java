package io.gemel.deploy.site;

import io.gemel.apply.Applier;
import io.gemel.apply.ApplyException;
import io.gemel.capture.Capture;
import io.gemel.capture.CaptureException;
import io.gemel.conflict.InFlightWindow;
import io.gemel.conflict.Milestone;
import io.gemel.conflict.ReadProgress;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import io.gemel.transaction.Marker;
import java.time.InstantSource;
import java.util.function.LongUnaryOperator;

/**
 * One life of a site: from becoming the leader of its database until something fails. Everything it holds in memory can be
 * rebuilt from the database and the log, so the answer to any failure is a new life.
 */
final class Site implements AutoCloseable {
    private final Applier applier;
    private final Capture capture;
    private final InFlightWindow window;
    private final ReadProgress progress = new ReadProgress();
    private final Durability durability;
    private final Reasons reasons;
    private final GateKeeper gateKeeper;

    /** Opens nothing yet. */
    Site(
            SiteConfig config,
            LongUnaryOperator commitClock,
            InstantSource clock,
            SiteFigures figures,
            Reasons reasons,
            ReplicatedTables tables) {
        this.reasons = reasons;
        Milestone published = new Milestone();
        Milestone seen = new Milestone();
        applier = new Applier(SiteModules.apply(config, tables), progress, clock, figures.applyListener(seen), reasons);
        capture = new Capture(
                SiteModules.capture(config, commitClock, tables), figures.captureListener(published), reasons);
        window = new InFlightWindow(
                config.site(),
                SiteModules.policies(config),
                capture.localChanges(),
                config.limits().windowKeysMax());
        durability = new Durability(applier, window, progress, published, seen);
        gateKeeper = new GateKeeper(config, durability, applier);
    }

    /** False while another process leads this site. */
    boolean tryLead() throws ApplyException {
        return applier.tryLead();
    }

    /** The map: how the pieces of a site are put together, in the order in which they must come to life. */
    void start() throws ApplyException, CaptureException, InterruptedException {
        try {
            startInOrder();
        } finally {
            reasons.over(ReasonCode.SITE_STARTING);
        }
    }

    private void startInOrder() throws ApplyException, CaptureException, InterruptedException {
        capture.open(); // this site's log is ours; an older process can no longer harm it
        step("reads what it has stored in the database");
        Marker applied = applier.restore(window); // database -> window: entries that met a conflict
        step("reads this site's own log again, from where the peer was last seen");
        window.overflow(true);
        capture.replay(applied.peerSeen(), window); // own log -> window: what the peer has not been seen to have
        window.overflow(false);
        step(
                "makes sure that the slot continues the log, and waits until the database sends; a long transaction that was open"
                        + " when the slot was last used delays that");
        durability.begin(); // what was replayed is in Kafka, what it holds is known to have been applied or not
        applier.startHeartbeats(); // the database's log moves even when nobody writes
        capture.start(window, progress); // database's log -> window -> Kafka
        applier.start(window); // Kafka -> database
        gateKeeper.start(); // and when both have caught up, VMs -> database
    }

    private void step(String doing) {
        reasons.over(ReasonCode.SITE_STARTING);
        reasons.waiting(ReasonCode.SITE_STARTING, "", () -> "the site is still starting: it " + doing);
    }

    Applier applier() {
        return applier;
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

    @Override
    public void close() {
        gateKeeper.close();
        window.close();
        capture.close();
        applier.close();
    }
}
