package io.gemel.deploy.scenario;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A scenario file: what both sites hold at first, what they write, and how it must end.
 *
 * @param name folder and file without its ending, for instance {@code update-deleted/column-merge}
 * @param title why the outcome is right, in words
 * @param policy of all its tables, as a configuration file writes it
 * @param tablePolicies those of tables that have another one, by table
 * @param tables statements that create its tables
 * @param initial statements that fill them, run at both sites before anything replicates
 * @param rowsAtEast every row that east must hold at the end, as {@link RowText} writes it
 * @param rowsAtWest the same for west; another list only while something is parked
 * @param journal every row of the journal that it must leave behind
 */
record Scenario(
        String name,
        Path file,
        String title,
        String policy,
        Map<String, String> tablePolicies,
        List<String> tables,
        List<String> tableNames,
        List<String> initial,
        List<Phase> phases,
        List<String> rowsAtEast,
        List<String> rowsAtWest,
        List<JournalLine> journal) {

    /**
     * One transaction of a site's application.
     *
     * @param attempt what it claims in the ledger of submissions, or null
     */
    record Write(
            String site, String sql, int line, @Nullable Attempt attempt) {}

    /**
     * An attempt at a submission.
     *
     * @param declined whether the application refuses it, and not for good
     */
    record Attempt(String submission, int number, boolean declined) {}

    /** Transactions of which no site sees the other's, in commit order, and who catches up after them. */
    record Phase(List<Write> writes, CatchUp then) {
        Phase {
            writes = List.copyOf(writes);
        }
    }

    Scenario {
        tablePolicies = Map.copyOf(tablePolicies);
        tables = List.copyOf(tables);
        tableNames = List.copyOf(tableNames);
        initial = List.copyOf(initial);
        phases = List.copyOf(phases);
        rowsAtEast = List.copyOf(rowsAtEast);
        rowsAtWest = List.copyOf(rowsAtWest);
        journal = List.copyOf(journal);
    }

    List<String> rowsAt(String site) {
        return site.equals("east") ? rowsAtEast : rowsAtWest;
    }

    /** The schema that it has for itself. */
    String schema() {
        return name.replaceAll("[^a-z0-9]+", "_");
    }

    /** Who catches up after each phase, up to where both sites always do. Scenarios that agree in this can be played together. */
    List<CatchUp> pauses() {
        int end = phases.size();
        while (end > 0 && phases.get(end - 1).then() == CatchUp.BOTH) {
            end--;
        }
        return phases.subList(0, end).stream().map(Phase::then).toList();
    }

    /** Do the journal lines say which row they are about? */
    boolean namesRowsInJournal() {
        return journal.stream().anyMatch(line -> !line.row().isEmpty());
    }

    @Override
    public String toString() {
        return name;
    }
}
