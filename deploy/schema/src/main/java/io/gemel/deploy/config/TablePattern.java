package io.gemel.deploy.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A pattern for table names, {@code schema.table}. As in SQL a name without double quotes is folded to lower case; {@code *} outside quotes
 * stands for any characters.
 */
public final class TablePattern {
    private static final String EXAMPLE =
            "write schema.table, for example public.account, public.* or public.\"My Table\"";

    private final String text;
    private final Pattern schema;
    private final Pattern table;

    private TablePattern(String text, Pattern schema, Pattern table) {
        this.text = text;
        this.schema = schema;
        this.table = table;
    }

    static TablePattern parse(String text) throws BadValueException {
        String pattern = text.strip();
        List<String> parts = splitOutsideQuotes(pattern, '.');
        if (parts.size() != 2) {
            throw new BadValueException("has the table pattern '" + pattern + "', which is not schema.table", EXAMPLE);
        }
        return new TablePattern(pattern, part(pattern, parts.get(0)), part(pattern, parts.get(1)));
    }

    /** Splits at a separator, except inside double quotes. */
    static List<String> splitOutsideQuotes(String text, char separator) throws BadValueException {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            }
            if (c == separator && !quoted) {
                parts.add(part.toString().strip());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        if (quoted) {
            throw new BadValueException("has a double quote that is not closed: " + text, EXAMPLE);
        }
        parts.add(part.toString().strip());
        return parts;
    }

    private static Pattern part(String pattern, String part) throws BadValueException {
        boolean quoted = part.length() > 2 && part.startsWith("\"") && part.endsWith("\"");
        if (quoted) {
            String name = part.substring(1, part.length() - 1).replace("\"\"", "\"");
            return Pattern.compile(Pattern.quote(name));
        }
        if (!part.matches("[\\p{L}_*][\\p{L}\\p{N}_$*]*")) {
            throw new BadValueException(
                    "has the table pattern '" + pattern + "' with a part that is not a name: '" + part + "'", EXAMPLE);
        }
        return Pattern.compile(part.toLowerCase(Locale.ROOT).replace("$", "\\$").replace("*", ".*"));
    }

    public boolean matches(String schemaName, String tableName) {
        return schema.matcher(schemaName).matches() && table.matcher(tableName).matches();
    }

    /** The pattern as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
