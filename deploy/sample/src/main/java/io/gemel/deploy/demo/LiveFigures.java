package io.gemel.deploy.demo;

import io.gemel.deploy.status.StatusReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Both sites at one moment.
 *
 * @param second seconds since the load began
 */
record LiveFigures(long second, OfSite east, OfSite west) {
    private static final int NAME_WIDTH = 34;
    private static final int COLUMN_WIDTH = 16;
    private static final String UNKNOWN = "-";
    private static final Map<String, Function<OfSite, String>> ROWS = rows();

    /**
     * One site.
     *
     * @param alive whether its process is there
     * @param status what its process says; empty when it does not answer
     * @param written transactions a second that its application commits
     * @param arrived transactions a second of the peer that it applies
     */
    record OfSite(boolean alive, Optional<StatusReport> status, long written, long arrived) {
        /** No second process waits in the demo: one that does not lead is not up yet. */
        String state() {
            return status.filter(StatusReport::leader)
                    .map(report -> report.state().word())
                    .orElse(alive ? "starting" : "no process");
        }

        String lag() {
            return figure(report -> count(report.apply().lagMillis()) + " ms");
        }

        String window() {
            return figure(report -> count(report.window().keys()));
        }

        String conflicts() {
            return figure(report -> count(report.conflicts().detected()));
        }

        String arrivals() {
            return figure(report -> count(arrived) + " tx/s");
        }

        private String figure(Function<StatusReport, String> figure) {
            return status.map(figure).orElse(UNKNOWN);
        }
    }

    private static Map<String, Function<OfSite, String>> rows() {
        Map<String, Function<OfSite, String>> rows = new LinkedHashMap<>();
        rows.put("Gemel's process is", OfSite::state);
        rows.put("written by the application here", site -> count(site.written()) + " tx/s");
        rows.put("arriving from the other site", OfSite::arrivals);
        rows.put("behind the other site by", OfSite::lag);
        rows.put("rows on their way to the other", OfSite::window);
        rows.put("conflicts since process start", OfSite::conflicts);
        return rows;
    }

    /** As a table with a column for each site. */
    List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(cells(second + " s", "EAST", "WEST"));
        ROWS.forEach((name, figure) -> lines.add(cells(name, figure.apply(east), figure.apply(west))));
        return lines;
    }

    /** As one line. */
    String line() {
        return String.format(Locale.ROOT, "%4d s   east: %s   |   west: %s", second, brief(east), brief(west));
    }

    private static String brief(OfSite site) {
        return String.format(
                Locale.ROOT,
                "%s, writes %d tx/s, receives %s, lag %s, window %s, conflicts %s",
                site.state(),
                site.written(),
                site.arrivals(),
                site.lag(),
                site.window(),
                site.conflicts());
    }

    private static String cells(String name, String east, String west) {
        return String.format(
                Locale.ROOT, "  %-" + NAME_WIDTH + "s%" + COLUMN_WIDTH + "s%" + COLUMN_WIDTH + "s", name, east, west);
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
