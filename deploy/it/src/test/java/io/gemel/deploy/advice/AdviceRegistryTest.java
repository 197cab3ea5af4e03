package io.gemel.deploy.advice;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every text that asks a person for something is described in docs/operate.md, and a test on real servers follows it. */
class AdviceRegistryTest {
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+\\.[\\w-]+)` \\| .+ \\| .+ \\|$", Pattern.MULTILINE);

    /** What no test on real servers brings about or ends, each with the reason. */
    private static final Map<Advice, String> NOT_FOLLOWED = Map.of(
            Advice.CAPTURE_RECORD_NEWER, "needs a newer release to upgrade to",
            Advice.APPLY_RECORD_NEWER, "needs a newer release to upgrade to",
            Advice.APPLY_KEYS_EQUAL, "such tables are refused before; ApplierIT parks the row");

    private static final Map<ReasonCode, String> REASONS_NOT_MET = Map.of();

    @Test
    void page_describes_exactly_the_texts_there_are() throws IOException {
        List<String> rows = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(OperatorPage.PAGE));
        while (row.find()) {
            rows.add(row.group(1));
        }
        assertThat(rows)
                .containsExactlyElementsOf(
                        Stream.of(Advice.values()).map(Advice::code).toList());
    }

    @Test
    void each_text_is_followed_by_a_test_or_it_is_said_why_not() throws Exception {
        Set<Advice> open = EnumSet.allOf(Advice.class);
        forEachFollows(follows -> open.removeAll(List.of(follows.value())));

        assertThat(open).containsExactlyInAnyOrderElementsOf(NOT_FOLLOWED.keySet());
    }

    @Test
    void each_reason_is_met_and_ended_by_a_test_or_it_is_said_why_not() throws Exception {
        Set<ReasonCode> open = EnumSet.allOf(ReasonCode.class);
        forEachFollows(follows -> open.removeAll(List.of(follows.reasons())));

        assertThat(open).containsExactlyInAnyOrderElementsOf(REASONS_NOT_MET.keySet());
    }

    private static void forEachFollows(Consumer<Follows> action) throws Exception {
        Path root = Path.of("target", "test-classes");
        List<Path> classes;
        try (Stream<Path> files = Files.walk(root)) {
            classes = files.filter(file -> file.toString().endsWith("IT.class")).toList();
        }
        for (Path file : classes) {
            String name = root.relativize(file).toString().replace('/', '.').replaceFirst("\\.class$", "");
            Class<?> test = Class.forName(name, false, AdviceRegistryTest.class.getClassLoader());
            Stream.concat(Stream.of(test), Stream.of(test.getDeclaredMethods()))
                    .map(element -> element.getAnnotation(Follows.class))
                    .filter(follows -> follows != null)
                    .forEach(action);
        }
    }
}
