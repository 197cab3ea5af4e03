package io.gemel.deploy.status;

import io.gemel.deploy.status.StatusReport.Apply;
import io.gemel.deploy.status.StatusReport.Capture;
import io.gemel.deploy.status.StatusReport.Clock;
import io.gemel.deploy.status.StatusReport.Conflicts;
import io.gemel.deploy.status.StatusReport.Gate;
import io.gemel.deploy.status.StatusReport.ReasonSummary;
import io.gemel.deploy.status.StatusReport.Window;
import io.gemel.figure.Figures;
import io.gemel.figure.Metric;
import io.gemel.reason.ReasonCode;
import java.util.stream.Stream;

/** Every figure of a site: its metric, its attribute in JMX, and its line in the table of {@code gemel status}. */
final class StatusFigures {
    static final Figures<StatusReport> ALL = Figures.of(StatusReport.class)
            .value("site")
            .row("site")
            .value("state")
            .row("state")
            .gauge("leader", "gemel_leader")
            .help("Whether this process is the site's leader.")
            .row("leader", "yes", "no")
            .section("Reasons", report -> new ReasonSummary(report.reasons()), reasons())
            .section("Capture", StatusReport::capture, capture())
            .section("Apply", StatusReport::apply, apply())
            .section("Window", StatusReport::window, window())
            .section("Gate", StatusReport::gate, gate())
            .section("Conflicts", StatusReport::conflicts, conflicts())
            .section("Clock", StatusReport::clock, clock())
            .build();

    private StatusFigures() {}

    private static Figures.Builder<ReasonSummary> reasons() {
        String help = "Reasons why the site is not ready, or works worse than it should.";
        return Figures.of(ReasonSummary.class)
                .value("present")
                .metric(new Metric<>(
                        "gemel_reason",
                        "gauge",
                        help,
                        summary -> Stream.of(ReasonCode.values())
                                .map(code -> new Metric.Sample(
                                        Metric.label("code", code.code()), summary.count(code) > 0 ? 1 : 0))
                                .toList()))
                .gauge("tablesRefused", "gemel_tables_refused")
                .help("Tables that are not replicated because they break a rule.")
                .row("tables refused")
                .gauge("tablesUnprepared", "gemel_tables_unprepared")
                .help("Tables and partitions that are not set up for replication.")
                .row("  not set up");
    }

    private static Figures.Builder<Capture> capture() {
        return Figures.of(Capture.class)
                .state("state", SideState.values(), "gemel_capture_state")
                .help("State of capture.")
                .row("capture")
                .counter("capturedTransactions", "gemel_capture_captured_transactions_total")
                .help("Local transactions read from the database's log.")
                .row("  captured transactions")
                .counter("capturedChanges", "gemel_capture_captured_changes_total")
                .help("Row changes in captured transactions.")
                .row("  captured changes")
                .gauge("publishedPosition", "gemel_capture_published_position")
                .help("Last position in this site's log.")
                .row("  published position")
                .gauge("lagMillis", "gemel_capture_lag_milliseconds")
                .help("Age of the oldest captured transaction that is not yet published.")
                .row("  lag")
                .gauge("walRetainedBytes", "gemel_capture_wal_retained_bytes")
                .help("WAL that the server retains for the slot.")
                .row("  WAL retained");
    }

    private static Figures.Builder<Apply> apply() {
        return Figures.of(Apply.class)
                .state("state", SideState.values(), "gemel_apply_state")
                .help("State of the applier.")
                .row("apply")
                .counter("appliedTransactions", "gemel_apply_applied_transactions_total")
                .help("Incoming transactions applied.")
                .row("  applied transactions")
                .counter("appliedChanges", "gemel_apply_applied_changes_total")
                .help("Row changes in applied transactions.")
                .row("  applied changes")
                .gauge("appliedPosition", "gemel_apply_applied_position")
                .help("Last applied position in the peer's log.")
                .row("  applied position")
                .gauge("lagMillis", "gemel_apply_lag_milliseconds")
                .help(
                        "Age of the oldest incoming transaction that is not yet applied; while nothing is received from the peer, age of the newest record.")
                .row("  lag")
                .gauge("heardMillis", "gemel_apply_heard_milliseconds")
                .help("Time since the newest record of the peer's log was received.")
                .row("  last received")
                .gauge("batchSizeMean", "gemel_apply_batch_size_mean_transactions")
                .help("Incoming transactions in one database transaction, on average.")
                .row("  mean batch")
                .counter("retriedTransactions", "gemel_apply_retried_transactions_total")
                .help("Database transactions rolled back and retried.")
                .row("  retried")
                .counter("outdatedRecords", "gemel_apply_outdated_records_total")
                .help(
                        "Records of the peer's log that were skipped: written after another process had taken over that log, or by another program.")
                .row("  outdated records")
                .gauge("parkedTransactions", "gemel_apply_parked_transactions")
                .help("Incoming transactions set aside for a person.")
                .row("  parked")
                .counter("lockHoldersEnded", "gemel_apply_lock_holders_ended_total")
                .help("Sessions ended because they held a lock for longer than apply.lock.kill.after.");
    }

    private static Figures.Builder<Window> window() {
        return Figures.of(Window.class)
                .gauge("keys", "gemel_window_keys")
                .help("Rows changed here that the peer is not yet known to have applied.")
                .row("window keys")
                .gauge("bytes", "gemel_window_bytes")
                .help("Memory taken by the window's row images.")
                .row("  images")
                .gauge("oldestMillis", "gemel_window_oldest_milliseconds")
                .help("Age of the oldest change in the window.")
                .row("  oldest")
                .gauge("spilledKeys", "gemel_window_spilled_keys")
                .help("Those of the window's keys that are kept on disk rather than in memory.")
                .gauge("spilledBytes", "gemel_window_spilled_bytes")
                .help("Disk space that the spilled part of the window takes.")
                .row("  on disk")
                .gauge("peerSeenPosition", "gemel_window_peer_seen_position")
                .help("Position in this site's log up to which the peer is known to have applied it.")
                .row("  seen by the peer");
    }

    private static Figures.Builder<Gate> gate() {
        return Figures.of(Gate.class)
                .gauge("open", "gemel_gate_open")
                .help("Whether VMs may carry out submissions here.")
                .row("gate", "open", "closed");
    }

    private static Figures.Builder<Conflicts> conflicts() {
        return Figures.of(Conflicts.class)
                .counter("detected", "gemel_conflicts_detected_total")
                .help("Conflicts detected.")
                .row("conflicts")
                .counters("byType", "gemel_conflicts_by_type_total", "type")
                .help("Conflicts by type.")
                .counters("byResolution", "gemel_conflicts_by_resolution_total", "resolution")
                .help("Conflicts by resolution.");
    }

    private static Figures.Builder<Clock> clock() {
        return Figures.of(Clock.class)
                .gauge("skewMillis", "gemel_clock_skew_milliseconds")
                .help("How far the peer's clock is ahead of this machine's, as its heartbeats say.")
                .row("peer's clock ahead");
    }
}
