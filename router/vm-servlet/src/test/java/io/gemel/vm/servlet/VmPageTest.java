package io.gemel.vm.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds docs/vm.md to what is tested: its statements are those of vm.py and vm.js, its grants those of the test's role, and its Java compiles. */
final class VmPageTest {
    /** What the examples take from each other and from the application. */
    private static final String AROUND = """
            import com.sun.net.httpserver.HttpServer;
            import com.zaxxer.hikari.*;
            import io.gemel.vm.*;
            import io.gemel.vm.servlet.*;
            import jakarta.servlet.*;
            import jakarta.servlet.annotation.WebListener;
            import java.net.*;
            import java.sql.*;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.Executors;

            abstract class Page {
                static VmLimits limits;
                static HikariConfig pool;
                static VmConfig config;
                static String token;

                abstract boolean transfer(Connection connection, UUID id, String request) throws SQLException;
            """;

    @ParameterizedTest
    @ValueSource(strings = {"vm.py", "node/vm.js"})
    void its_statements_are_the_ones_that_the_tested_vm_executes(String vm) throws IOException {
        String script = oneLine(tested("resources/io/gemel/vm/" + vm));
        List<String> statements =
                sql().stream().filter(sql -> !sql.contains("grant ")).toList();
        assertThat(statements).hasSize(5).allSatisfy(sql -> assertThat(script).contains(sql));
    }

    @Test
    void its_grants_are_all_that_the_tested_role_has() throws IOException {
        String fixture = oneLine(tested("java/io/gemel/vm/VmDatabase.java"));
        List<String> grants = sql().stream()
                .filter(sql -> sql.contains("grant "))
                .flatMap(sql -> Pattern.compile("; ?").splitAsStream(sql))
                .toList();
        assertThat(grants).hasSize(3).allSatisfy(sql -> assertThat(fixture).contains(sql));
    }

    @Test
    void its_java_compiles(@TempDir Path folder) throws IOException {
        List<String> examples = blocks("java");
        assertThat(examples).hasSize(3);
        StringBuilder page = new StringBuilder(AROUND);
        for (String example : examples) {
            page.append(
                    example.contains("class ")
                            ? example.replace("public final class", "static final class")
                            : "void example" + page.length() + "() throws Exception {\n" + example + "}\n");
        }
        Path source = Files.writeString(folder.resolve("Page.java"), page.append("}\n"));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        String[] command = {"-proc:none", "-cp", System.getProperty("java.class.path"), source.toString()};
        int result = ToolProvider.getSystemJavaCompiler().run(null, said, said, command);
        assertThat(result).as(() -> said.toString(StandardCharsets.UTF_8)).isZero();
    }

    private static List<String> sql() throws IOException {
        return blocks("sql").stream().map(VmPageTest::oneLine).toList();
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../../docs/vm.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /** Of the contract's tests. */
    private static String tested(String file) throws IOException {
        return Files.readString(Path.of("../vm/src/test").resolve(file));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip().toLowerCase(Locale.ROOT);
    }
}
