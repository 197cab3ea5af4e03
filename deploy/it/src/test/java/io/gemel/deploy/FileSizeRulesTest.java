package io.gemel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * How long production files and their methods may be. A file that is too long has a second subject: a state with a rule of its own, a statement
 * with its parameters, a step of a protocol. Take that out, and not just some lines.
 */
class FileSizeRulesTest {
    private static final int FILE_LINES_MAX = 300;
    private static final int METHOD_LINES_MAX = 60;

    private static final Pattern LINE = Pattern.compile("( +)(\\S.*)");
    private static final Pattern TYPE = Pattern.compile("\\b(class|record|interface|enum) [A-Z]");

    @Test
    void files_are_not_too_long() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : files()) {
            int lines = Files.readAllLines(file).size();
            if (lines > FILE_LINES_MAX) {
                tooLong.add(lines + " lines: " + name(file));
            }
        }

        assertThat(tooLong).isEmpty();
    }

    @Test
    void methods_are_not_too_long() throws IOException {
        List<String> tooLong = new ArrayList<>();
        int blocks = 0;
        for (Path file : files()) {
            for (Block block : blocks(Files.readAllLines(file))) {
                blocks++;
                if (block.lines() > METHOD_LINES_MAX) {
                    tooLong.add(block.lines() + " lines: " + name(file) + " " + block.head());
                }
            }
        }

        assertThat(blocks).as("methods, or else this test sees nothing").isGreaterThan(1_000);
        assertThat(tooLong).isEmpty();
    }

    private record Block(String head, int lines) {}

    /** Methods, and blocks in them: formatted, each ends with a brace as far from the left as the line that it begins with. */
    private static List<Block> blocks(List<String> lines) {
        List<Block> blocks = new ArrayList<>();
        Map<Integer, Integer> heads = new HashMap<>(); // index of the last line, by the spaces before it
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = LINE.matcher(lines.get(i));
            if (!line.matches()) {
                continue;
            }
            int indent = line.group(1).length();
            String text = line.group(2);
            if (text.equals("}")) {
                Integer begin = heads.remove(indent);
                if (begin != null && !TYPE.matcher(lines.get(begin)).find()) {
                    blocks.add(new Block(lines.get(begin).strip(), i - begin + 1));
                }
            } else if (!text.startsWith("/") && !text.startsWith("*") && !text.startsWith("@")) {
                heads.put(indent, i);
            }
        }
        return blocks;
    }

    private static String name(Path file) {
        return SourceTree.ROOT.relativize(file).toString();
    }

    private static List<Path> files() throws IOException {
        return SourceTree.files(".java").stream()
                .filter(file -> file.toString().contains("/src/main/java/"))
                .toList();
    }
}
