package io.gemel.deploy.faults;

import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.TwoSites;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Measures how long two sites need to catch up with each other, whether or not applications go on writing. One thread. */
final class Probe {
    private static final String ROWS = "SELECT * FROM gemel_probe ORDER BY site";

    private static final int ROUNDS = 3;

    private final List<SiteFixture> sites;

    Probe(TwoSites sites) {
        this.sites = List.of(sites.east(), sites.west());
    }

    /**
     * Waits until both sites are equal when nobody writes: what one decides about the other's last changes travels in turn, and what
     * follows from that.
     *
     * @throws ConditionTimeoutException when one turn takes longer than the limit
     */
    void awaitEqual(Duration limit) {
        for (int round = 0; round < ROUNDS; round++) {
            awaitCaughtUp(limit);
        }
    }

    /**
     * Writes a row at each site and waits until the other one has it.
     *
     * @return how long that took
     * @throws ConditionTimeoutException when it takes longer than the limit
     */
    Duration awaitCaughtUp(Duration limit) {
        long begun = System.nanoTime();
        for (SiteFixture site : sites) {
            Awaitility.await().atMost(limit).ignoreExceptions().until(() -> {
                site.execute("UPDATE gemel_probe SET at = clock_timestamp() WHERE site = '"
                        + site.config().site() + ".properties'");
                return true;
            });
        }
        Awaitility.await()
                .atMost(limit)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> TwoSites.texts(sites.get(0), ROWS).equals(TwoSites.texts(sites.get(1), ROWS)));
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
