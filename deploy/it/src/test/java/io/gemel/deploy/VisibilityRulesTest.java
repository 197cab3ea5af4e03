package io.gemel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A type at the top of a file is public only if another package needs it. What another package needs is read from the sources, which name a
 * type in an import or in full, and from class files, where a call says whose method it is although no source names that type.
 */
class VisibilityRulesTest {
    private static final String MAIN = "/src/main/java/";

    private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");
    private static final Pattern FULL_NAME = Pattern.compile("\\b(?:[a-z]\\w*\\.)+[A-Z]\\w*");
    private static final Pattern DECLARED =
            Pattern.compile("^((?:[a-z-]+ )*)(?:class|record|enum|interface|@interface) (\\w+)", Pattern.MULTILINE);

    /** Public types that no other package of this repository names, and who needs them. */
    private static final Map<String, String> NEEDED_ELSEWHERE = Map.of(
            "io.gemel.capture.postgres.TextPostgresConnector", "Debezium makes it by its name",
            "io.gemel.deploy.bench.BenchCommand", "java.util.ServiceLoader makes it",
            "io.gemel.deploy.demo.DemoCommand", "java.util.ServiceLoader makes it",
            "io.gemel.vm.servlet.VmServlets", "applications call it",
            "io.gemel.vm.spring.VmAutoConfiguration", "Spring Boot makes it",
            "io.gemel.vm.spring.VmProperties", "Spring Boot fills it",
            "io.gemel.vm.spring.VmRequirements", "Spring Boot makes it");

    /** A type at the top of a file of production code. */
    private record Type(String module, String packageName, String name, boolean isPublic) {
        String fullName() {
            return packageName + "." + name;
        }
    }

    @Test
    void a_public_type_is_one_that_another_package_needs() throws IOException {
        Map<String, Set<String>> users = users();
        Set<String> needless = new TreeSet<>();
        for (Type type : types()) {
            if (type.isPublic()
                    && users.getOrDefault(type.fullName(), Set.of()).stream()
                            .allMatch(user -> packageOf(user).equals(type.packageName()))) {
                needless.add(type.fullName());
            }
        }

        assertThat(needless).containsExactlyInAnyOrderElementsOf(NEEDED_ELSEWHERE.keySet());
    }

    /** For the record about what is visible: docs/decisions. */
    @Test
    void prints_the_share_of_each_module() throws IOException {
        Map<String, Set<String>> users = users();
        Map<String, List<Type>> modules = new TreeMap<>();
        Map<String, String> moduleOf = new HashMap<>();
        for (Type type : types()) {
            modules.computeIfAbsent(type.module(), any -> new ArrayList<>()).add(type);
            moduleOf.put(type.fullName(), type.module());
        }
        StringBuilder table = new StringBuilder("module, types, package-private %, not used by another module %\n");
        modules.forEach((module, types) -> {
            long hidden = types.stream().filter(type -> !type.isPublic()).count();
            long own = types.stream()
                    .filter(type -> users.getOrDefault(type.fullName(), Set.of()).stream()
                            .allMatch(user -> module.equals(moduleOf.getOrDefault(user, module))))
                    .count();
            table.append("%s, %d, %d, %d%n"
                    .formatted(module, types.size(), 100 * hidden / types.size(), 100 * own / types.size()));
        });
        System.out.println(table);

        assertThat(modules).hasSizeGreaterThan(10);
    }

    private static List<Type> types() throws IOException {
        List<Type> types = new ArrayList<>();
        for (Path file : SourceTree.files(".java")) {
            String path = SourceTree.ROOT.relativize(file).toString();
            String name = file.getFileName().toString().replace(".java", "");
            if (!path.contains(MAIN) || name.equals("package-info")) {
                continue;
            }
            String code = SourceTree.code(file);
            Matcher declared = DECLARED.matcher(code);
            while (declared.find()) {
                if (declared.group(2).equals(name)) {
                    boolean isPublic = declared.group(1).contains("public ");
                    types.add(new Type(path.split(MAIN, 2)[0], inPackage(code), name, isPublic));
                }
            }
        }
        assertThat(types).as("types, or else this test sees nothing").hasSizeGreaterThan(500);
        return types;
    }

    /** For the full name of a type the types that use it, tests among them. */
    private static Map<String, Set<String>> users() throws IOException {
        Map<String, Set<String>> users = new HashMap<>();
        for (Path file : SourceTree.files(".java")) {
            String code = SourceTree.code(file);
            String user = inPackage(code) + "." + file.getFileName().toString().replace(".java", "");
            FULL_NAME
                    .matcher(code)
                    .results()
                    .forEach(found -> users.computeIfAbsent(found.group(), any -> new HashSet<>())
                            .add(user));
        }
        for (JavaClass used : new ClassFileImporter()
                .withImportOption(new DoNotIncludeTests())
                .importPackages("io.gemel")) {
            for (Dependency dependency : used.getDirectDependenciesToSelf()) {
                users.computeIfAbsent(top(used), any -> new HashSet<>()).add(top(dependency.getOriginClass()));
            }
        }
        return users;
    }

    private static String top(JavaClass type) {
        return type.getName().split("\\$", 2)[0];
    }

    private static String packageOf(String type) {
        return type.substring(0, type.lastIndexOf('.'));
    }

    private static String inPackage(String code) {
        Matcher found = PACKAGE.matcher(code);
        return found.find() ? found.group(1) : "";
    }
}
