package io.gemel.deploy.advice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands of a procedure, as docs/operate.md has them. */
final class OperatorPage {
    static final Path PAGE = Path.of("..", "..", "docs", "operate.md");

    private static final Pattern BLOCK =
            Pattern.compile("^ *```(\\w+)\\n(.*?)^ *```$", Pattern.MULTILINE | Pattern.DOTALL);

    private OperatorPage() {}

    /** A block of code: SQL, or lines for a shell. */
    record Block(String language, String text) {}

    /** The blocks of the section with this heading, in order. */
    static List<Block> blocks(String heading) throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("\n## " + heading + "\n");
        if (begin < 0) {
            throw new IllegalStateException("docs/operate.md has no section " + heading);
        }
        int end = page.indexOf("\n## ", begin + 1);
        Matcher found = BLOCK.matcher(page.substring(begin, end < 0 ? page.length() : end));
        List<Block> blocks = new ArrayList<>();
        while (found.find()) {
            blocks.add(new Block(found.group(1), found.group(2)));
        }
        return blocks;
    }
}
