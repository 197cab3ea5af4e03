package io.gemel.deploy.site;

import io.gemel.reason.Reason;
import io.gemel.reason.ReasonListener;
import io.gemel.reason.Reasons;
import io.gemel.transaction.SiteId;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reasons of one site process, over all its lives: looks for new ones every second on a thread of its own, and writes one line to the log
 * when one appears and one when it has gone.
 */
final class ReasonWatch implements ReasonListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReasonWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final SiteId site;
    private final Reasons reasons;
    private final Thread thread;

    /** @param waitLimit what is waited for longer than this is a reason */
    ReasonWatch(SiteId site, InstantSource clock, Duration waitLimit) {
        this.site = site;
        reasons = new Reasons(clock, System::nanoTime, waitLimit, this);
        thread = SiteThread.daemon(site, "reasons", this::run);
    }

    void start() {
        thread.start();
    }

    Reasons reasons() {
        return reasons;
    }

    private void run() {
        try {
            while (true) {
                reasons.look();
                Thread.sleep(INTERVAL.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void appeared(Reason reason) {
        LOG.warn("{} {}{}: {}", site, reason.code().code(), subject(reason), reason.text());
    }

    @Override
    public void gone(Reason reason) {
        LOG.info("{} {}{} has cleared; it began {}", site, reason.code().code(), subject(reason), reason.since());
    }

    private static String subject(Reason reason) {
        return reason.subject().isEmpty() ? "" : " (" + reason.subject() + ")";
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
