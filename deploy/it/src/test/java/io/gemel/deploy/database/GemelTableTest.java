package io.gemel.deploy.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.SourceTree;
import io.gemel.deploy.database.GemelSchema.Item;
import io.gemel.transaction.GemelTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Gemel's own tables are named in {@link GemelTable} and described in {@code schema.sql}, and nowhere else. */
class GemelTableTest {
    private static final Pattern COMMENT_OR_TEXT = Pattern.compile(
            "//[^\n]*|/\\*.*?\\*/|\"\"\"(?<block>.*?)\"\"\"|\"(?<line>(?:[^\"\\\\\n]|\\\\.)*)\"", Pattern.DOTALL);
    private static final Pattern WRITTEN_OUT = Pattern.compile("\\bgemel\\.\\W{0,2}("
            + Arrays.stream(GemelTable.values())
                    .map(table -> table.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining("|"))
            + ")\\b");

    @Test
    void names_the_tables_of_the_schema() {
        assertThat(GemelSchema.items().stream()
                        .filter(Item::isTable)
                        .map(item -> item.sqlName().replace("\"", "")))
                .containsExactlyElementsOf(
                        Stream.of(GemelTable.values()).map(GemelTable::toString).toList());
    }

    @Test
    void is_where_every_statement_and_message_has_a_name_from() throws IOException {
        List<String> writtenOut = new ArrayList<>();
        int files = 0;
        for (Path source : sources()) {
            Matcher texts = COMMENT_OR_TEXT.matcher(Files.readString(source));
            while (texts.find()) {
                String text = texts.group("block") == null ? texts.group("line") : texts.group("block");
                if (text != null && WRITTEN_OUT.matcher(text).find()) {
                    writtenOut.add(SourceTree.ROOT.relativize(source) + ": " + text.strip());
                }
            }
            files++;
        }
        assertThat(files).isGreaterThan(100);
        assertThat(writtenOut).isEmpty();
    }

    /** Of all modules but those that applications embed, which need nothing but Java. */
    private static List<Path> sources() throws IOException {
        return SourceTree.files(".java").stream()
                .filter(path -> path.toString().contains("/src/main/java/io/gemel/")
                        && !path.toString().contains("/io/gemel/vm/"))
                .toList();
    }
}
