package io.gemel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every link of a page leads to a file of the repository and to a heading of it, and every test that a page names is there. */
class PageLinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Pattern TEST = Pattern.compile("(?<![\\w*.])[A-Z]\\w*[a-z](IT|Test)\\b");
    private static final Pattern TYPE = Pattern.compile("`([A-Z][a-z]\\w*)[`.]");
    private static final Pattern CODE = Pattern.compile("^ *```.*?^ *```", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void lead_somewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : SourceTree.files(".md")) {
            Matcher links = LINK.matcher(prose(page));
            while (links.find()) {
                String link = links.group(1);
                if (!link.contains("://") && !leads(page, link)) {
                    broken.add(SourceTree.ROOT.relativize(page) + ": " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    /** A command with the name of a test that is gone runs nothing, and a promise without its test is none. */
    @Test
    void name_tests_that_there_are() throws IOException {
        Set<String> tests = new HashSet<>();
        for (Path test : SourceTree.files(".java")) {
            tests.add(test.getFileName().toString().replace(".java", ""));
        }
        List<String> gone = new ArrayList<>();
        for (Path page : SourceTree.files(".md")) {
            Matcher named = TEST.matcher(Files.readString(page));
            while (named.find()) {
                if (!tests.contains(named.group())) {
                    gone.add(SourceTree.ROOT.relativize(page) + ": " + named.group());
                }
            }
        }
        assertThat(tests).contains("PageLinksTest");
        assertThat(gone).isEmpty();
    }

    /** Whoever reads the code along the page looks for its classes by these names. */
    @Test
    void name_classes_that_there_are() throws IOException {
        Set<String> classes = new HashSet<>();
        for (Path file : SourceTree.files(".java")) {
            classes.add(file.getFileName().toString().replace(".java", ""));
        }
        List<String> gone = new ArrayList<>();
        int named = 0;
        Matcher type = TYPE.matcher(prose(SourceTree.ROOT.resolve("docs/architecture.md")));
        while (type.find()) {
            named++;
            if (!classes.contains(type.group(1))) {
                gone.add(type.group(1));
            }
        }
        assertThat(named).isGreaterThan(50);
        assertThat(gone).isEmpty();
    }

    /** "Decision 38" means one page. */
    @Test
    void give_each_decision_a_number_of_its_own() throws IOException {
        Map<Integer, String> numbers = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        for (Path page : SourceTree.files(".md")) {
            if (!page.getParent().endsWith("docs/decisions")) {
                continue;
            }
            String name = page.getFileName().toString();
            int number = Integer.parseInt(name.substring(0, 4));
            String other = numbers.put(number, name);
            if (other != null) {
                wrong.add(other + " and " + name);
            }
            if (!Files.readString(page).startsWith("# " + number + ". ")) {
                wrong.add(name + " has another number in its heading");
            }
        }
        assertThat(numbers).hasSizeGreaterThan(30);
        assertThat(wrong).isEmpty();
    }

    private static boolean leads(Path page, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path to = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        return Files.exists(to) && (parts.length == 1 || headings(to).contains(parts[1]));
    }

    /** As GitHub names them: lower case, without punctuation, a hyphen for each blank. */
    private static Set<String> headings(Path page) throws IOException {
        Set<String> names = new HashSet<>();
        Matcher heading = HEADING.matcher(prose(page));
        while (heading.find()) {
            names.add(heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'));
        }
        return names;
    }

    private static String prose(Path page) throws IOException {
        return CODE.matcher(Files.readString(page)).replaceAll("");
    }
}
