package io.gemel.deploy.site;

import io.gemel.transaction.SiteId;
import org.slf4j.MDC;

/** Makes a site's threads: each has the site in its name, and in the MDC for the lines that it logs. */
final class SiteThread {
    private SiteThread() {}

    /** A thread that the process waits for. */
    static Thread of(SiteId site, String role, Runnable work) {
        return new Thread(
                () -> {
                    MDC.put("site", site.name());
                    work.run();
                },
                "gemel-" + role + "-" + site);
    }

    static Thread daemon(SiteId site, String role, Runnable work) {
        Thread thread = of(site, role, work);
        thread.setDaemon(true);
        return thread;
    }
}
