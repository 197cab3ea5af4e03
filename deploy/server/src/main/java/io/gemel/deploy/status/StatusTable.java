package io.gemel.deploy.status;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Reports side by side, one column a site. */
final class StatusTable {
    private static final int COLUMN_GAP = 3;
    private static final Map<String, Function<StatusReport, String>> ROWS = rows();

    private StatusTable() {}

    private static Map<String, Function<StatusReport, String>> rows() {
        Map<String, Function<StatusReport, String>> rows = new LinkedHashMap<>();
        rows.put("site", StatusReport::site);
        rows.put("state", report -> report.state().word());
        rows.put("leader", report -> report.leader() ? "yes" : "no");
        rows.put("tables refused", report -> count(report.tablesRefused()));
        rows.put("  not set up", report -> count(report.tablesUnprepared()));
        rows.put("capture", report -> report.capture().state().word());
        rows.put("  captured transactions", report -> count(report.capture().capturedTransactions()));
        rows.put("  captured changes", report -> count(report.capture().capturedChanges()));
        rows.put("  published position", report -> count(report.capture().publishedPosition()));
        rows.put("  lag", report -> millis(report.capture().lagMillis()));
        rows.put("  database log kept", report -> bytes(report.capture().walRetainedBytes()));
        rows.put("apply", report -> report.apply().state().word());
        rows.put("  applied transactions", report -> count(report.apply().appliedTransactions()));
        rows.put("  applied changes", report -> count(report.apply().appliedChanges()));
        rows.put("  applied position", report -> count(report.apply().appliedPosition()));
        rows.put("  lag ", report -> millis(report.apply().lagMillis()));
        rows.put("  last heard", report -> millis(report.apply().heardMillis()));
        rows.put(
                "  mean group",
                report -> String.format(Locale.ROOT, "%.1f", report.apply().batchSizeMean()));
        rows.put("  retried", report -> count(report.apply().retriedTransactions()));
        rows.put("  outdated records", report -> count(report.apply().outdatedRecords()));
        rows.put("  parked", report -> count(report.apply().parkedTransactions()));
        rows.put("window keys", report -> count(report.window().keys()));
        rows.put("  images", report -> bytes(report.window().bytes()));
        rows.put("  oldest", report -> millis(report.window().oldestMillis()));
        rows.put("  on disk", report -> bytes(report.window().spilledBytes()));
        rows.put("  seen by the peer", report -> count(report.window().peerSeenPosition()));
        rows.put("gate", report -> report.gate().open() ? "open" : "closed");
        rows.put("conflicts", report -> count(report.conflicts().detected()));
        rows.put("peer's clock ahead", report -> millis(report.clock().skewMillis()));
        return rows;
    }

    /** The lines of the table, and below them why a site does not run. */
    static List<String> lines(List<StatusReport> reports) {
        int first = ROWS.keySet().stream().mapToInt(String::length).max().orElse(0) + COLUMN_GAP;
        List<Integer> widths = new ArrayList<>();
        for (StatusReport report : reports) {
            widths.add(ROWS.values().stream()
                            .mapToInt(row -> row.apply(report).length())
                            .max()
                            .orElse(0)
                    + COLUMN_GAP);
        }
        List<String> lines = new ArrayList<>();
        ROWS.forEach((name, figure) -> {
            StringBuilder line = new StringBuilder(padded(name, first));
            for (int i = 0; i < reports.size(); i++) {
                line.append(padded(figure.apply(reports.get(i)), widths.get(i)));
            }
            lines.add(line.toString().stripTrailing());
        });
        for (StatusReport report : reports) {
            Set<String> told = new HashSet<>();
            for (StatusReport.Reason reason : report.reasons()) {
                told.add(reason.text());
                lines.add(report.site() + ": " + reason.code() + " since " + reason.since() + ": " + reason.text());
            }
            if (!report.reason().isEmpty() && !told.contains(report.reason())) {
                lines.add(report.site() + ": " + report.reason());
            }
            if (!report.gate().open()) {
                lines.add(report.site() + ": no VM may work here yet: "
                        + report.gate().reason());
            }
            long parked = report.apply().parkedTransactions();
            if (parked > 0) {
                lines.add(
                        report.site() + ": " + (parked == 1 ? "1 transaction is" : count(parked) + " transactions are")
                                + " parked; until decided (gemel parked) the two sites' rows differ there");
            }
        }
        return lines;
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String millis(long millis) {
        return Math.abs(millis) < 10_000 ? count(millis) + " ms" : count(millis / 1000) + " s";
    }

    private static String bytes(long bytes) {
        if (bytes < 1 << 20) {
            return count(bytes) + " B";
        }
        return String.format(Locale.ROOT, "%,.1f MiB", bytes / (double) (1 << 20));
    }
}
