package io.gemel.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of the repository, without what builds and running servers put beside them. */
public final class SourceTree {
    public static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

    private static final Set<String> FOLDERS_LEFT_OUT = Set.of("target", ".git", "node_modules");

    private static final Pattern NOT_CODE = Pattern.compile(
            "/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\])+'", Pattern.DOTALL);

    private SourceTree() {}

    /** All files with a name that ends so, in the order of their paths. */
    public static List<Path> files(String ending) throws IOException {
        return files(ROOT, ending);
    }

    /** A Java file without its comments and literals. */
    public static String code(Path file) throws IOException {
        return NOT_CODE.matcher(Files.readString(file)).replaceAll(" ");
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                if (Files.isDirectory(file)) {
                    if (!isLeftOut(file)) {
                        found.addAll(files(file, ending));
                    }
                } else if (file.toString().endsWith(ending)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    /** A package may have the name of a folder that a build makes. */
    private static boolean isLeftOut(Path folder) {
        return FOLDERS_LEFT_OUT.contains(folder.getFileName().toString())
                && !ROOT.relativize(folder).toString().contains("/src/");
    }
}
