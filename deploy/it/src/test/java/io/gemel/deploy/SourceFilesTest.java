package io.gemel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Rules of the source files, most of them of production code. They see what class files hide: a constant that the compiler copies, and what a
 * sealed type permits.
 */
class SourceFilesTest {
    private static final String SOURCES = "/src/main/java/";

    /** The sample for Spring users has its entities refer to each other, as theirs do. */
    private static final String SPRING_SAMPLE = "/deploy/spring-bank/";

    private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");
    private static final Pattern IMPORT = Pattern.compile("import (?:static )?([\\w.]+);");
    private static final Pattern TYPE = Pattern.compile("(?<![.\\w])[A-Z]\\w*");
    private static final Pattern DECLARED = Pattern.compile("\\b(?:class|record|enum|interface) (\\w+)");

    @Test
    void no_two_types_of_a_module_share_a_name() throws IOException {
        Map<String, List<String>> names = new TreeMap<>();
        for (Path file : files()) {
            String module = file.toString().split(SOURCES)[0];
            names.computeIfAbsent(module + " " + file.getFileName(), any -> new ArrayList<>())
                    .add(file.toString());
        }
        names.values().removeIf(files -> files.size() == 1);

        assertThat(names).isEmpty();
    }

    /** What is package-private is its module's own business. */
    @Test
    void no_package_is_split_over_two_modules() throws IOException {
        Map<String, Set<String>> modules = new TreeMap<>();
        for (Path file : files()) {
            modules.computeIfAbsent(packageOf(Files.readString(file)), any -> new TreeSet<>())
                    .add(file.toString().split(SOURCES)[0]);
        }
        assertThat(modules).containsKeys("io.gemel.deploy.prepare", "io.gemel.deploy.site");
        modules.values().removeIf(homes -> homes.size() == 1);

        assertThat(modules).isEmpty();
    }

    @Test
    void no_file_depends_on_itself_by_way_of_others() throws IOException {
        Map<String, Set<String>> uses = uses();
        assertThat(uses.getOrDefault("io.gemel.deploy.Gemel", Set.of()))
                .as("what the command uses, or else this test sees nothing")
                .contains("io.gemel.deploy.site.SiteCommand");

        Set<String> circles = new TreeSet<>();
        for (String type : uses.keySet()) {
            if (reached(type, uses).contains(type)) {
                circles.add(type);
            }
        }
        assertThat(circles).isEmpty();
    }

    /** No other module runs them. */
    @Test
    void tests_that_run_alone_stand_in_this_module() throws IOException {
        List<Path> alone = new ArrayList<>();
        for (Path file : SourceTree.files("IT.java")) {
            if (Files.readString(file).contains("\n@Tag(\"alone\")")) {
                alone.add(file);
            }
        }
        Path here = Path.of("src").toAbsolutePath();

        assertThat(alone).isNotEmpty().allMatch(file -> file.startsWith(here));
    }

    private static Set<String> reached(String from, Map<String, Set<String>> uses) {
        Set<String> reached = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(uses.get(from));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (reached.add(next)) {
                open.addAll(uses.get(next));
            }
        }
        return reached;
    }

    /** For each file's type the types of other files that its code names. */
    private static Map<String, Set<String>> uses() throws IOException {
        Map<String, String> code = new HashMap<>();
        for (Path file : files()) {
            String text = SourceTree.code(file);
            code.put(packageOf(text) + "." + file.getFileName().toString().replace(".java", ""), text);
        }
        Map<String, Set<String>> uses = new TreeMap<>();
        code.forEach((type, text) -> uses.put(type, named(type, text, code.keySet())));
        return uses;
    }

    private static Set<String> named(String type, String text, Set<String> all) {
        Set<String> named = new HashSet<>();
        Set<String> elsewhere = all(DECLARED, text); // simple names that mean no type of this package
        for (String imported : all(IMPORT, text)) {
            elsewhere.add(imported.substring(imported.lastIndexOf('.') + 1));
            String outer = imported;
            while (!all.contains(outer) && outer.contains(".")) {
                outer = outer.substring(0, outer.lastIndexOf('.'));
            }
            named.add(outer);
        }
        String home = packageOf(text);
        all(TYPE, text).stream()
                .filter(name -> !elsewhere.contains(name))
                .forEach(name -> named.add(home + "." + name));
        named.retainAll(all);
        named.remove(type);
        return named;
    }

    private static String packageOf(String text) {
        return all(PACKAGE, text).iterator().next();
    }

    private static Set<String> all(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(found.groupCount()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Path> files() throws IOException {
        return SourceTree.files(".java").stream()
                .filter(file -> file.toString().contains(SOURCES)
                        && !file.endsWith("package-info.java")
                        && !file.toString().contains(SPRING_SAMPLE))
                .toList();
    }
}
