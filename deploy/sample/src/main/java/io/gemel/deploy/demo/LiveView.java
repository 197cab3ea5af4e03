package io.gemel.deploy.demo;

import io.gemel.deploy.status.StatusReport;
import java.time.Duration;
import java.util.Optional;

/** Asks both sites about once a second and draws the answer. Used by one thread. */
final class LiveView {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Screen screen;
    private final Side east;
    private final Side west;
    private final long startedNanos = System.nanoTime();
    private long drawnNanos = startedNanos;

    LiveView(Screen screen, Side east, Side west) {
        this.screen = screen;
        this.east = east;
        this.west = west;
    }

    /** A site, its load, and the counts of the drawing before. */
    static final class Side {
        private final EmbeddedSite site;
        private final Load load;
        private long written;
        private long arrived;

        Side(EmbeddedSite site, Load load) {
            this.site = site;
            this.load = load;
            written = load.committed();
        }

        private LiveFigures.OfSite figures(double seconds) {
            long writtenBefore = written;
            long arrivedBefore = arrived;
            boolean alive = site.isProcessAlive();
            Optional<StatusReport> status = alive ? site.status() : Optional.empty();
            written = load.committed();
            arrived = status.map(report -> report.apply().appliedTransactions()).orElse(0L);
            return new LiveFigures.OfSite(
                    alive,
                    status,
                    Math.round((written - writtenBefore) / seconds),
                    // A new process counts from zero.
                    Math.round(Math.max(0, arrived - arrivedBefore) / seconds));
        }
    }

    /** Seconds since the view began. */
    double seconds() {
        return Duration.ofNanos(System.nanoTime() - startedNanos).toMillis() / 1000.0;
    }

    /** Lets a second pass, then draws. */
    void tick() {
        Pause.of(PERIOD);
        long now = System.nanoTime();
        double elapsed = Duration.ofNanos(now - drawnNanos).toMillis() / 1000.0;
        drawnNanos = now;
        screen.show(new LiveFigures(Math.round(seconds()), east.figures(elapsed), west.figures(elapsed)));
    }

    /** Goes on drawing until a site's process captures and applies; on a slow machine that takes a while. */
    void tickUntilRunning(EmbeddedSite site, Duration limit) {
        double deadline = seconds() + limit.toSeconds();
        while (!site.isRunning() && seconds() < deadline) {
            tick();
        }
        site.awaitRunning(Duration.ZERO);
    }
}
