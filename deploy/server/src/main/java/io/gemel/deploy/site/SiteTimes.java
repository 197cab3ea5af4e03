package io.gemel.deploy.site;

import io.gemel.reason.Reasons;
import java.time.Duration;

/**
 * How long a site process lets pass until it says or sees something: no settings, because nobody but a test has a reason to wait less.
 *
 * @param waitLimit what is waited for longer than this is a reason
 * @param tables between two looks at the catalog for tables that have changed
 */
record SiteTimes(Duration waitLimit, Duration tables) {
    /** What every site process goes by. */
    static final SiteTimes USUAL = new SiteTimes(Reasons.WAIT_LIMIT, Duration.ofSeconds(4));
}
