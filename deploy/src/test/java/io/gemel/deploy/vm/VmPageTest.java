package io.gemel.deploy.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds docs/vm.md to what is tested: its statements are those of vm.py and vm.js, its grants those of the test's role. */
final class VmPageTest {
    private static final Pattern SQL = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"vm.py", "node/vm.js"})
    void its_statements_are_the_ones_that_the_tested_vm_executes(String vm) throws IOException {
        String script = oneLine(resource(vm));
        List<String> statements =
                blocks().stream().filter(sql -> !sql.contains("grant ")).toList();
        assertThat(statements).hasSize(4).allSatisfy(sql -> assertThat(script).contains(sql));
    }

    @Test
    void its_grants_are_all_that_the_tested_role_has() throws IOException {
        String fixture = oneLine(Files.readString(Path.of("src/test/java/io/gemel/deploy/vm/VmDatabase.java")));
        List<String> grants = blocks().stream()
                .filter(sql -> sql.contains("grant "))
                .flatMap(sql -> Pattern.compile("; ?").splitAsStream(sql))
                .toList();
        assertThat(grants).hasSize(3).allSatisfy(sql -> assertThat(fixture).contains(sql));
    }

    private static List<String> blocks() throws IOException {
        return SQL.matcher(Files.readString(Path.of("../docs/vm.md")))
                .results()
                .map(MatchResult::group)
                .map(block -> oneLine(block.replace("```sql", "").replace("```", "")))
                .toList();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = VmPageTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip().toLowerCase(Locale.ROOT);
    }
}
