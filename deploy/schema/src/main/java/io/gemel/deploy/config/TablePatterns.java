package io.gemel.deploy.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A comma separated list of table patterns; a table matches the list when it matches one of them.
 *
 * @param patterns in the order they were written; none match nothing
 */
public record TablePatterns(List<TablePattern> patterns) {
    public TablePatterns {
        patterns = List.copyOf(patterns);
    }

    static TablePatterns parse(String text) throws BadValueException {
        List<TablePattern> patterns = new ArrayList<>();
        if (!text.isBlank()) {
            for (String pattern : TablePattern.splitOutsideQuotes(text, ',')) {
                patterns.add(TablePattern.parse(pattern));
            }
        }
        return new TablePatterns(patterns);
    }

    public boolean matches(String schema, String table) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(schema, table));
    }

    @Override
    public String toString() {
        return patterns.stream().map(TablePattern::toString).collect(Collectors.joining(", "));
    }
}
