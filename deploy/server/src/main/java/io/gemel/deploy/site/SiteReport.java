package io.gemel.deploy.site;

import io.gemel.apply.Applier;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.deploy.status.RouterApi;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusReport;
import io.gemel.reason.Reason;
import io.gemel.transaction.SiteId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the figures of a site are put together from.
 *
 * @param reason why it does not run; empty when it does
 * @param life the present life, when there is one that runs
 * @param database what was seen of the database
 * @param reasons what is in the way
 */
record SiteReport(
        SiteId site,
        SiteState state,
        String reason,
        SiteFigures figures,
        @Nullable Site life,
        DatabaseProbe.View database,
        InstantSource clock,
        List<Reason> reasons) {

    StatusReport report() {
        Applier applier = life == null ? null : life.applier();
        return StatusReport.of(
                site.name(),
                life != null,
                capture(),
                apply(applier),
                life == null ? new StatusReport.Window(0, 0, 0, 0, 0, 0) : window(life.window()),
                gate(),
                conflicts(),
                new StatusReport.Clock(applier == null ? 0 : applier.skewMillis()),
                reasons.stream().map(SiteReport::told).toList());
    }

    private static StatusReport.Reason told(Reason reason) {
        return new StatusReport.Reason(
                reason.code().code(),
                reason.subject(),
                reason.text(),
                reason.since().truncatedTo(ChronoUnit.SECONDS).toString(),
                reason.code().stops());
    }

    private StatusReport.Capture capture() {
        return new StatusReport.Capture(
                side(),
                reason,
                figures.capturedTransactions.sum(),
                figures.capturedChanges.sum(),
                figures.publishedPosition.get(),
                life == null ? 0 : captureLag(life.window()),
                database.walRetainedBytes());
    }

    /** Nothing waits to be published when the last registered position is in Kafka. */
    private long captureLag(InFlightWindow window) {
        if (window.registeredPosition() <= figures.publishedPosition.get()) {
            return 0;
        }
        return age(figures.publishedMicros.get());
    }

    private StatusReport.Apply apply(@Nullable Applier applier) {
        long groups = figures.appliedGroups.sum();
        long transactions = figures.appliedTransactions.sum();
        return new StatusReport.Apply(
                applier == null ? side() : SideState.valueOf(applier.state().name()),
                applier == null ? reason : applier.reason(),
                transactions,
                figures.appliedChanges.sum(),
                applier == null ? 0 : applier.appliedPosition(),
                applier == null ? 0 : applier.lagMillis(),
                applier == null ? 0 : applier.heardMillis(),
                groups == 0 ? 0 : (double) transactions / groups,
                figures.retriedTransactions.sum(),
                figures.outdatedRecords.sum(),
                applier == null ? 0 : applier.parkedTransactions(),
                figures.lockHoldersEnded.sum());
    }

    private StatusReport.Window window(InFlightWindow window) {
        long oldest = window.oldestMicros();
        return new StatusReport.Window(
                window.keys(),
                window.bytes(),
                oldest == 0 ? 0 : age(oldest),
                window.peerSeenPosition(),
                window.spilledKeys(),
                window.spilledBytes());
    }

    /** The database says whether it is open; why it is not is known to whoever would open it. */
    private StatusReport.Gate gate() {
        if (database.open()) {
            return new StatusReport.Gate(true, "");
        }
        String why = database.problem();
        if (why.isEmpty() && life != null) {
            why = life.gateReason();
        }
        if (why.isEmpty()) {
            why = life == null ? "the site does not run" : "it has just been opened";
        }
        return new StatusReport.Gate(false, why);
    }

    /** What routers are told; at once. */
    RouterApi.SiteView routerView() {
        StatusReport.Gate gate = gate();
        Applier applier = life == null ? null : life.applier();
        return new RouterApi.SiteView(
                site.name(),
                gate.open(),
                gate.reason(),
                database.up() ? "up" : "down",
                side(),
                apply(applier).state(),
                applier == null ? 0 : applier.backlogMillis());
    }

    private StatusReport.Conflicts conflicts() {
        return new StatusReport.Conflicts(
                figures.conflicts.sum(), figures.conflictsByType, figures.conflictsByResolution);
    }

    private long age(long micros) {
        return Math.max(0, (ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()) - micros) / 1000);
    }

    private SideState side() {
        return SideState.valueOf(state.name());
    }
}
