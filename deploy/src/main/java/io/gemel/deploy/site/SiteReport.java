package io.gemel.deploy.site;

import io.gemel.apply.Applier;
import io.gemel.conflict.InFlightWindow;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusReport;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Puts the figures of a site together. */
final class SiteReport {
    private SiteReport() {}

    static StatusReport of(SiteSupervisor supervisor, long walRetainedBytes, InstantSource clock) {
        Site life = supervisor.life();
        Applier applier = life == null ? null : life.applier();
        return StatusReport.of(
                supervisor.config().site().name(),
                life != null,
                capture(supervisor, life, walRetainedBytes, clock),
                apply(supervisor, applier),
                life == null ? new StatusReport.Window(0, 0, 0, 0) : window(life.window(), clock),
                conflicts(supervisor.figures()),
                new StatusReport.Clock(applier == null ? 0 : applier.skewMillis()));
    }

    private static StatusReport.Capture capture(
            SiteSupervisor supervisor, @Nullable Site life, long walRetainedBytes, InstantSource clock) {
        SiteFigures figures = supervisor.figures();
        long lag = life == null ? 0 : captureLag(figures, life.window(), clock);
        return new StatusReport.Capture(
                side(supervisor.state()),
                supervisor.reason(),
                figures.capturedTransactions.sum(),
                figures.capturedChanges.sum(),
                figures.publishedPosition.get(),
                lag,
                walRetainedBytes);
    }

    /** Nothing waits to be published when the last registered position is in Kafka. */
    private static long captureLag(SiteFigures figures, InFlightWindow window, InstantSource clock) {
        if (window.registeredPosition() <= figures.publishedPosition.get()) {
            return 0;
        }
        return age(figures.publishedMicros.get(), clock);
    }

    private static StatusReport.Apply apply(SiteSupervisor supervisor, @Nullable Applier applier) {
        SiteFigures figures = supervisor.figures();
        long groups = figures.appliedGroups.sum();
        long transactions = figures.appliedTransactions.sum();
        return new StatusReport.Apply(
                applier == null
                        ? side(supervisor.state())
                        : SideState.valueOf(applier.state().name()),
                applier == null ? supervisor.reason() : applier.reason(),
                transactions,
                figures.appliedChanges.sum(),
                applier == null ? 0 : applier.appliedPosition(),
                applier == null ? 0 : applier.lagMillis(),
                groups == 0 ? 0 : (double) transactions / groups,
                figures.retriedTransactions.sum(),
                0);
    }

    private static StatusReport.Window window(InFlightWindow window, InstantSource clock) {
        long oldest = window.oldestMicros();
        return new StatusReport.Window(
                window.keys(), window.bytes(), oldest == 0 ? 0 : age(oldest, clock), window.peerSeenPosition());
    }

    private static StatusReport.Conflicts conflicts(SiteFigures figures) {
        return new StatusReport.Conflicts(
                figures.conflicts.sum(), figures.conflictsByType, figures.conflictsByResolution);
    }

    private static long age(long micros, InstantSource clock) {
        return Math.max(0, (ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()) - micros) / 1000);
    }

    private static SideState side(SiteState state) {
        return SideState.valueOf(state.name());
    }
}
