package io.gemel.deploy.status;

import io.gemel.figure.Row;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reports side by side, one column a site. */
final class StatusTable {
    private static final int COLUMN_GAP = 3;
    private static final List<Row<StatusReport>> ROWS = StatusFigures.ALL.rows();

    private StatusTable() {}

    /** The lines of the table, and below them why a site does not run. */
    static List<String> lines(List<StatusReport> reports) {
        int first = ROWS.stream().mapToInt(row -> row.title().length()).max().orElse(0) + COLUMN_GAP;
        List<Integer> widths = new ArrayList<>();
        for (StatusReport report : reports) {
            widths.add(ROWS.stream()
                            .mapToInt(row -> row.text().apply(report).length())
                            .max()
                            .orElse(0)
                    + COLUMN_GAP);
        }
        List<String> lines = new ArrayList<>();
        for (Row<StatusReport> row : ROWS) {
            StringBuilder line = new StringBuilder(padded(row.title(), first));
            for (int i = 0; i < reports.size(); i++) {
                line.append(padded(row.text().apply(reports.get(i)), widths.get(i)));
            }
            lines.add(line.toString().stripTrailing());
        }
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
                lines.add(report.site() + ": the gate is closed, so no VM may work here: "
                        + report.gate().reason());
            }
            long parked = report.apply().parkedTransactions();
            if (parked > 0) {
                lines.add(report.site() + ": "
                        + (parked == 1 ? "1 transaction is" : Row.count(parked) + " transactions are")
                        + " parked; the sites' rows differ there until that is decided (gemel parked)");
            }
        }
        return lines;
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
