package io.gemel.deploy.status;

import java.time.Duration;
import java.util.Optional;

/** What transaction routers ask of a site. Thread-safe; everything but {@link #site} may wait as long as its limit says. */
public interface RouterApi {
    /** How far away a commit must be safe. */
    enum Level {
        /** In this site's log, acknowledged by Kafka. */
        SHIPPED,
        /** Applied by the peer. */
        APPLIED
    }

    /** How the site is now; at once. */
    SiteView site();

    /**
     * Waits until everything is applied here that has come from a site.
     *
     * @param origin that site
     * @param key a submission that must not be set aside here either; empty for none
     * @return why it is not so; empty when it is
     */
    Optional<String> barrier(String origin, String key, Duration limit) throws InterruptedException;

    /**
     * Waits until everything that was committed here before this call is safe elsewhere.
     *
     * @return why it is not; empty when it is
     */
    Optional<String> durable(Level level, Duration limit) throws InterruptedException;

    /**
     * Ends a VM's sessions with this site's database; when none remains, nothing of theirs can commit any more.
     *
     * @param age only those that began at least so long ago
     */
    Termination terminate(String vm, Duration age) throws InterruptedException;

    /**
     * A site as routers see it.
     *
     * @param site its name
     * @param open whether its gate is open, so that VMs may work here
     * @param reason why it is not; empty when it is
     * @param database {@code up} or {@code down}
     * @param capture state of the capturing side
     * @param apply state of the applying side
     * @param lagMillis age of the oldest incoming transaction that is not yet applied
     */
    record SiteView(
            String site,
            boolean open,
            String reason,
            String database,
            SideState capture,
            SideState apply,
            long lagMillis) {}

    /**
     * What became of a VM's sessions.
     *
     * @param terminated how many have ended
     * @param reason why not all have; empty when all have
     */
    record Termination(int terminated, String reason) {}
}
