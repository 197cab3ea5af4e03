package io.gemel.deploy.status;

import io.gemel.reason.ReasonCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every figure of {@code /metrics}, in the Prometheus text format. */
final class Metrics {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    static final List<Metric> ALL = List.of(
            Metric.gauge(
                    "gemel_leader",
                    "Whether this process is the one of its site that works.",
                    report -> report.leader() ? 1 : 0),
            Metric.presence(
                    "gemel_reason",
                    "Reasons why the site does not go on, or goes on worse than it should.",
                    "code",
                    codes(),
                    Metrics::present),
            Metric.gauge(
                    "gemel_tables_refused",
                    "Tables that are not replicated because they break a rule.",
                    StatusReport::tablesRefused),
            Metric.gauge(
                    "gemel_tables_unprepared",
                    "Tables and partitions that are not set up for replication.",
                    StatusReport::tablesUnprepared),
            Metric.state(
                    "gemel_capture_state",
                    "What the capturing side does.",
                    report -> report.capture().state()),
            Metric.counter(
                    "gemel_capture_captured_transactions_total",
                    "Local transactions read from the database's log.",
                    report -> report.capture().capturedTransactions()),
            Metric.counter(
                    "gemel_capture_captured_changes_total",
                    "Row changes in captured transactions.",
                    report -> report.capture().capturedChanges()),
            Metric.gauge(
                    "gemel_capture_published_position",
                    "Last position in this site's log.",
                    report -> report.capture().publishedPosition()),
            Metric.gauge(
                    "gemel_capture_lag_milliseconds",
                    "Age of the oldest captured transaction that is not yet published.",
                    report -> report.capture().lagMillis()),
            Metric.gauge(
                    "gemel_capture_wal_retained_bytes",
                    "Database log that the server keeps for the slot.",
                    report -> report.capture().walRetainedBytes()),
            Metric.state(
                    "gemel_apply_state",
                    "What the applying side does.",
                    report -> report.apply().state()),
            Metric.counter(
                    "gemel_apply_applied_transactions_total",
                    "Incoming transactions applied.",
                    report -> report.apply().appliedTransactions()),
            Metric.counter(
                    "gemel_apply_applied_changes_total",
                    "Row changes in applied transactions.",
                    report -> report.apply().appliedChanges()),
            Metric.gauge(
                    "gemel_apply_applied_position",
                    "Last applied position in the peer's log.",
                    report -> report.apply().appliedPosition()),
            Metric.gauge(
                    "gemel_apply_lag_milliseconds",
                    "Age of the oldest incoming transaction that is not yet applied; while nothing is heard from the peer, age of the newest record.",
                    report -> report.apply().lagMillis()),
            Metric.gauge(
                    "gemel_apply_heard_milliseconds",
                    "Time since the newest record of the peer's log was heard.",
                    report -> report.apply().heardMillis()),
            Metric.gauge(
                    "gemel_apply_batch_size_mean_transactions",
                    "Incoming transactions in one database transaction, on average.",
                    report -> report.apply().batchSizeMean()),
            Metric.counter(
                    "gemel_apply_retried_transactions_total",
                    "Database transactions rolled back and tried again.",
                    report -> report.apply().retriedTransactions()),
            Metric.counter(
                    "gemel_apply_outdated_records_total",
                    "Records of the peer's log passed over: written after another process had taken that log over, or by"
                            + " another program.",
                    report -> report.apply().outdatedRecords()),
            Metric.gauge(
                    "gemel_apply_parked_transactions",
                    "Incoming transactions set aside for a person.",
                    report -> report.apply().parkedTransactions()),
            Metric.counter(
                    "gemel_apply_lock_holders_ended_total",
                    "Sessions ended because they held a lock for longer than apply.lock.kill.after.",
                    report -> report.apply().lockHoldersEnded()),
            Metric.gauge(
                    "gemel_window_keys",
                    "Rows changed here that the peer has not yet been seen to have applied.",
                    report -> report.window().keys()),
            Metric.gauge(
                    "gemel_window_bytes",
                    "Memory taken by the window's row images.",
                    report -> report.window().bytes()),
            Metric.gauge(
                    "gemel_window_oldest_milliseconds",
                    "Age of the oldest change in the window.",
                    report -> report.window().oldestMillis()),
            Metric.gauge(
                    "gemel_window_spilled_keys",
                    "Those of the window's keys that are kept on disk rather than in memory.",
                    report -> report.window().spilledKeys()),
            Metric.gauge(
                    "gemel_window_spilled_bytes",
                    "Disk space that the spilled part of the window takes.",
                    report -> report.window().spilledBytes()),
            Metric.gauge(
                    "gemel_window_peer_seen_position",
                    "Position in this site's log up to which the peer was seen to have applied it.",
                    report -> report.window().peerSeenPosition()),
            Metric.gauge(
                    "gemel_gate_open",
                    "Whether VMs may carry out submissions here.",
                    report -> report.gate().open() ? 1 : 0),
            Metric.counter(
                    "gemel_conflicts_detected_total",
                    "Conflicts detected.",
                    report -> report.conflicts().detected()),
            Metric.counters(
                    "gemel_conflicts_by_type_total",
                    "Conflicts of each type.",
                    "type",
                    report -> report.conflicts().byType()),
            Metric.counters(
                    "gemel_conflicts_by_resolution_total",
                    "Conflicts with each resolution.",
                    "resolution",
                    report -> report.conflicts().byResolution()),
            Metric.gauge(
                    "gemel_clock_skew_milliseconds",
                    "How far the peer's clock is ahead of this machine's, as its heartbeats say.",
                    report -> report.clock().skewMillis()));

    private Metrics() {}

    private static List<String> codes() {
        return Stream.of(ReasonCode.values()).map(ReasonCode::code).toList();
    }

    private static Set<String> present(StatusReport report) {
        return report.reasons().stream().map(StatusReport.Reason::code).collect(Collectors.toSet());
    }

    /** A report as Prometheus reads it; every sample carries the site's name. */
    static String text(StatusReport report) {
        StringBuilder text = new StringBuilder();
        for (Metric metric : ALL) {
            text.append("# HELP ")
                    .append(metric.name())
                    .append(' ')
                    .append(metric.help())
                    .append('\n');
            text.append("# TYPE ").append(metric.name()).append(' ');
            text.append(metric.type().name().toLowerCase(Locale.ROOT)).append('\n');
            for (Map.Entry<String, Double> sample :
                    metric.samples().apply(report).entrySet()) {
                text.append(metric.name()).append("{site=\"").append(escaped(report.site()));
                if (!metric.label().isEmpty()) {
                    text.append("\",").append(metric.label()).append("=\"").append(escaped(sample.getKey()));
                }
                text.append("\"} ").append(number(sample.getValue())).append('\n');
            }
        }
        return text.toString();
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    /** Whole numbers without a fraction: positions are compared by eye. */
    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
