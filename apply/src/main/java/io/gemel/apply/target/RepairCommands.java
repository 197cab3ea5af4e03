package io.gemel.apply.target;

import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableId;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Command lines of {@code gemel repair} for a POSIX shell; FILE stands for the site's properties file. Pure. */
public final class RepairCommands {
    private static final Pattern PLAIN_IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]*");
    private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private RepairCommands() {}

    /** Makes a row what it is at one of the sites. */
    static String take(RowKey row, Repair.Take take) {
        String words = words(Stream.concat(Stream.of(name(row.table())), row.values().stream()));
        boolean looksLikeOption = row.values().stream().anyMatch(value -> value.startsWith("-"));
        return looksLikeOption
                ? "gemel repair " + take.option() + " FILE -- " + words
                : "gemel repair FILE " + words + " " + take.option();
    }

    /** Leaves a column out that both sites have dropped. */
    public static String without(TableId table, String column) {
        return "gemel repair FILE " + words(Stream.of(name(table), "--without=" + column));
    }

    private static String words(Stream<String> texts) {
        List<String> words = texts.map(RepairCommands::word).toList();
        return words.stream().collect(Collectors.joining(" "));
    }

    private static String name(TableId table) {
        return identifier(table.schema()) + "." + identifier(table.name());
    }

    /** As SQL needs it. */
    private static String identifier(String name) {
        return PLAIN_IDENTIFIER.matcher(name).matches() ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String word(String text) {
        return PLAIN_WORD.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
