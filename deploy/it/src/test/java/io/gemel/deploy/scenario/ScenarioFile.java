package io.gemel.deploy.scenario;

import io.gemel.deploy.scenario.Scenario.Attempt;
import io.gemel.deploy.scenario.Scenario.Phase;
import io.gemel.deploy.scenario.Scenario.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one scenario file. {@code deploy/scenarios/README.md} describes the form. One thread, used once. */
final class ScenarioFile {
    private static final Pattern HEADER = Pattern.compile("([a-z]+)(?: (\\w+))?:\\s*(.+)");
    private static final Pattern WRITE = Pattern.compile("@([a-z]+)\\s+(.+)");
    private static final Pattern ATTEMPT = Pattern.compile("attempt (\\d+) of ([\\w-]+)(?: is declined|: (.+))");
    private static final Pattern CATCH_UP = Pattern.compile("--\\s*(.*?)\\s*--");
    private static final Pattern EXPECTATION = Pattern.compile("=>\\s*([a-z]+)(?:\\s+(\\w+))?:\\s*(.+)");
    private static final Pattern TABLE = Pattern.compile("CREATE TABLE (\\w+) ?\\(.*", Pattern.CASE_INSENSITIVE);
    private static final String NOTHING = "none";
    private static final String NO_ROWS = "no rows";
    private static final String KNOWN = "policy:, table:, both:, @east, @west, -- caught up --, => both:, => journal:";

    private final StringBuilder title = new StringBuilder();
    private final List<String> tables = new ArrayList<>();
    private final List<String> tableNames = new ArrayList<>();
    private final List<String> initial = new ArrayList<>();
    private static final Pattern DECISION = Pattern.compile("(retry|discard) parked");
    private static final String DECIDE = "UPDATE gemel.parked SET decision = '%s' WHERE id IN"
            + " (SELECT parked FROM gemel.parked_row WHERE table_schema = current_schema())";

    private final List<Phase> phases = new ArrayList<>();
    private final List<Write> writes = new ArrayList<>();
    private final Map<String, List<String>> rows = Map.of("east", new ArrayList<>(), "west", new ArrayList<>());
    private final List<JournalLine> journal = new ArrayList<>();
    private final Map<String, String> tablePolicies = new LinkedHashMap<>();
    private @Nullable String policy;
    private @Nullable String decider; // site of the person who has decided since the last pause
    private boolean expectsRows;
    private boolean expectsJournal;
    private boolean expectsNoRows;
    private boolean expectsNoJournal;

    /** A line with the ones that continue it. */
    private record Line(int number, String text) {}

    private ScenarioFile() {}

    /** @throws ScenarioException naming file and line */
    static Scenario read(String name, Path file) throws IOException, ScenarioException {
        ScenarioFile read = new ScenarioFile();
        int at = 1;
        try {
            for (Line line : read.joined(Files.readAllLines(file))) {
                at = line.number();
                read.take(line);
            }
            return read.scenario(name, file);
        } catch (ScenarioException e) {
            throw new ScenarioException(file + ":" + at + ": " + e.getMessage());
        }
    }

    /** Puts indented lines after the one that they continue; comments before the first line are the title. */
    private List<Line> joined(List<String> text) throws ScenarioException {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < text.size(); i++) {
            String line = text.get(i);
            if (line.startsWith("#")) {
                String comment = line.substring(1).strip();
                title.append(lines.isEmpty() ? (title.isEmpty() ? "" : " ") + comment : "");
            } else if (!line.isBlank() && !Character.isWhitespace(line.charAt(0))) {
                lines.add(new Line(i + 1, line.strip()));
            } else if (!line.isBlank()) {
                if (lines.isEmpty()) {
                    throw new ScenarioException("the first line is indented, so it continues nothing");
                }
                Line begun = lines.remove(lines.size() - 1);
                lines.add(new Line(begun.number(), begun.text() + " " + line.strip()));
            }
        }
        return lines;
    }

    private void take(Line line) throws ScenarioException {
        Matcher header = HEADER.matcher(line.text());
        Matcher write = WRITE.matcher(line.text());
        Matcher catchUp = CATCH_UP.matcher(line.text());
        Matcher expectation = EXPECTATION.matcher(line.text());
        if (header.matches()) {
            require(writes.isEmpty() && phases.isEmpty() && !expects(), "stands after the first @ line; move it up");
            takeHeader(header.group(1), header.group(2), header.group(3));
        } else if (write.matches()) {
            require(!expects(), "stands after a => line; move it up");
            takeWrite(write.group(1), write.group(2), line.number());
        } else if (catchUp.matches()) {
            require(!expects() && !writes.isEmpty(), "catching up belongs between two @ lines");
            endPhase(catchUp(catchUp.group(1)));
        } else if (expectation.matches()) {
            takeExpectation(expectation.group(1), expectation.group(2), expectation.group(3));
        } else {
            throw new ScenarioException("cannot read '" + line.text() + "'; a line begins with one of " + KNOWN);
        }
    }

    private void takeWrite(String site, String text, int line) throws ScenarioException {
        require(site.matches("east|west"), "names the unknown site " + site);
        Matcher attempt = ATTEMPT.matcher(text);
        Matcher decision = DECISION.matcher(text);
        boolean first = writes.stream().noneMatch(write -> write.site().equals(site));
        require(
                decision.matches() ? decider == null && first : !site.equals(decider),
                "a decision stands alone at its site, and there is one at a time: write '-- caught up --' between");
        if (decision.matches()) {
            decider = site;
            writes.add(new Write(site, String.format(DECIDE, decision.group(1)), line, null));
        } else if (attempt.matches()) {
            String work = attempt.group(3);
            Attempt claim = new Attempt(attempt.group(2), Integer.parseInt(attempt.group(1)), work == null);
            writes.add(new Write(site, work == null ? "" : work, line, claim));
        } else {
            require(
                    !text.startsWith("attempt "),
                    "cannot read the attempt: write '@east attempt 1 of order-7: UPDATE ...'");
            writes.add(new Write(site, text, line, null));
        }
    }

    private boolean expects() {
        return expectsRows || expectsJournal;
    }

    private void takeHeader(String key, @Nullable String table, String value) throws ScenarioException {
        require(table == null || key.equals("policy"), "unknown key '" + key + " " + table + ":'; there are " + KNOWN);
        if (table != null) {
            require(tablePolicies.put(table, value) == null, "names a second policy of " + table);
            return;
        }
        switch (key) {
            case "policy" -> {
                require(policy == null, "names a second policy; write 'policy table: ...' for that of one table");
                policy = value;
            }
            case "table" -> {
                Matcher created = TABLE.matcher(value);
                require(created.matches(), "write 'table: CREATE TABLE name (...)'");
                tables.add(value);
                tableNames.add(created.group(1));
            }
            case "both" -> initial.add(value);
            default -> throw new ScenarioException("unknown key '" + key + ":'; there are " + KNOWN);
        }
    }

    private static CatchUp catchUp(String words) throws ScenarioException {
        for (CatchUp each : CatchUp.values()) {
            if (each.words().equals(words)) {
                return each;
            }
        }
        throw new ScenarioException(
                "write '-- caught up --', or '-- east caught up --' when west has not, or the other way round");
    }

    private void endPhase(CatchUp then) {
        phases.add(new Phase(writes, then));
        writes.clear();
        decider = null;
    }

    private void takeExpectation(String key, @Nullable String table, String value) throws ScenarioException {
        switch (key) {
            case "both", "east", "west" -> {
                expectsRows = true;
                require(table == null || tableNames.contains(table), "names the unknown table " + table);
                require(
                        table != null || tableNames.size() == 1,
                        "write '=> both table:', for there are several tables");
                boolean none = value.equals(NO_ROWS);
                expectsNoRows |= none;
                if (!none) {
                    String row = (tableNames.size() == 1 ? "" : table + ": ") + RowText.normal(value);
                    rows.forEach((site, expected) -> {
                        if (key.equals("both") || key.equals(site)) {
                            expected.add(row);
                        }
                    });
                }
            }
            case "journal" -> {
                require(table == null, "write '=> journal: ...', whatever the table");
                takeJournal(value);
            }
            default ->
                throw new ScenarioException(
                        "unknown expectation '=> " + key + "'; there are => both, => east, => west, => journal");
        }
    }

    private void takeJournal(String value) throws ScenarioException {
        expectsJournal = true;
        if (value.equals(NOTHING)) {
            expectsNoJournal = true;
        } else {
            journal.add(JournalLine.parse(value));
        }
    }

    private Scenario scenario(String name, Path file) throws ScenarioException {
        require(!title.isEmpty(), "has no title: begin with a comment that says what happens and why");
        require(!tables.isEmpty(), "has no 'table:'");
        require(!writes.isEmpty() || !phases.isEmpty(), "has no @east or @west line");
        boolean lastCaughtUp =
                !phases.isEmpty() && phases.get(phases.size() - 1).then() == CatchUp.BOTH;
        require(!writes.isEmpty() || !lastCaughtUp, "ends with '-- caught up --', which both sites do anyway");
        require(
                expectsRows,
                "does not say what both sites hold: add '=> both: column=value ...' or '=> both: no rows'");
        require(expectsJournal, "does not say what the journal holds: add '=> journal: ...' or '=> journal: none'");
        require(
                !expectsNoRows || rows.values().stream().anyMatch(List::isEmpty) || tableNames.size() > 1,
                "expects rows and '" + NO_ROWS + "'");
        require(!expectsNoJournal || journal.isEmpty(), "expects conflicts and '" + NOTHING + "'");
        long named = journal.stream().filter(line -> !line.row().isEmpty()).count();
        require(named == 0 || named == journal.size(), "names the row in some journal lines only: in all, or in none");
        for (String table : tablePolicies.keySet()) {
            require(tableNames.contains(table), "has a policy of the unknown table " + table);
        }
        String chosen = policy;
        if (chosen == null) {
            throw new ScenarioException("has no 'policy:'");
        }
        endPhase(CatchUp.BOTH);
        return new Scenario(
                name,
                file,
                title.toString(),
                chosen,
                tablePolicies,
                tables,
                tableNames,
                initial,
                phases,
                at("east"),
                at("west"),
                journal);
    }

    private List<String> at(String site) {
        return rows.getOrDefault(site, List.of());
    }

    private static void require(boolean condition, String otherwise) throws ScenarioException {
        if (!condition) {
            throw new ScenarioException(otherwise);
        }
    }
}
