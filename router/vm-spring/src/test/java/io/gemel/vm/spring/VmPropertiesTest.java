package io.gemel.vm.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every setting is in the metadata that editors read, and on the page. */
final class VmPropertiesTest {
    private static final Pattern NAME = Pattern.compile("\"name\": \"gemel\\.vm\\.([^\"]*)\"");

    @Test
    void editors_know_every_setting() throws IOException {
        try (InputStream in = VmProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            List<String> known = NAME.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            assertThat(known).containsExactlyInAnyOrderElementsOf(settings());
        }
    }

    @Test
    void the_page_names_every_setting() throws IOException {
        String page = Files.readString(Path.of("../../docs/vm.md"));
        List<String> named = Pattern.compile("`([a-z.-]+)`")
                .matcher(page.substring(page.indexOf("| `gemel.vm.` |")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
        assertThat(named).containsAll(settings());
    }

    private static List<String> settings() {
        return settings(VmProperties.class, "").toList();
    }

    private static Stream<String> settings(Class<?> type, String before) {
        return Arrays.stream(type.getRecordComponents())
                .flatMap(component -> component.getType().isRecord()
                        ? settings(component.getType(), before + kebab(component) + ".")
                        : Stream.of(before + kebab(component)));
    }

    private static String kebab(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
