package io.gemel.deploy.scenario;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A row as a scenario writes it: {@code id=1 note='two words' price=NULL}. Pure. */
final class RowText {
    private static final Pattern COLUMN = Pattern.compile("\\s*(\\w+)=('(?:[^']|'')*'|[^\\s']+)(?=\\s|$)");
    private static final Pattern BARE = Pattern.compile("[^\\s']+");

    private RowText() {}

    /** The row in the one form that {@link #of(ResultSet)} gives it, too. */
    static String normal(String text) throws ScenarioException {
        StringBuilder row = new StringBuilder();
        Matcher column = COLUMN.matcher(text);
        int at = 0;
        while (at < text.length()) {
            column.region(at, text.length());
            if (!column.lookingAt()) {
                throw new ScenarioException(
                        "cannot read the row '" + text.substring(at).strip()
                                + "': write column=value, with single quotes around a value that holds blanks");
            }
            String value = column.group(2);
            boolean quoted = value.startsWith("'");
            String plain = quoted ? value.substring(1, value.length() - 1).replace("''", "'") : value;
            append(row, column.group(1), !quoted && value.equals("NULL") ? null : plain);
            at = column.end();
        }
        return row.toString();
    }

    /** The row that a result stands at, with its columns in the table's order. */
    static String of(ResultSet result) throws SQLException {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            append(row, result.getMetaData().getColumnName(i), result.getString(i));
        }
        return row.toString();
    }

    private static void append(StringBuilder row, String column, @Nullable String value) {
        row.append(row.isEmpty() ? "" : " ").append(column).append('=');
        if (value == null) {
            row.append("NULL");
        } else if (BARE.matcher(value).matches() && !value.equals("NULL")) {
            row.append(value);
        } else {
            row.append('\'').append(value.replace("'", "''")).append('\'');
        }
    }
}
