package io.gemel.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds docs/configuration.md to the keys that exist, both ways, and to their defaults. */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\| ([^|]*) \\|", Pattern.MULTILINE);

    @Test
    void describes_exactly_the_keys_that_exist_with_their_defaults() throws IOException {
        List<String> expected = new ArrayList<>(SiteKeys.ALL.stream()
                .map(key -> key.name() + " " + shown(key.defaultText()))
                .toList());
        expected.add("kafka.* ");
        expected.add("peer.kafka.* those of `kafka.*`");
        expected.add("conflict.policy.<pattern> ");

        List<String> documented = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            documented.add(row.group(1) + " " + row.group(2).strip());
        }

        assertThat(documented).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static String shown(@Nullable String defaultText) {
        if (defaultText == null) {
            return "required";
        }
        return defaultText.isEmpty() ? "empty" : "`" + defaultText + "`";
    }
}
