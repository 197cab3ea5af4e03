package io.gemel.deploy.config;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The text of a properties file as settings that remember their line. {@link Properties} decides what a line means; this class only finds
 * where each logical line begins, which {@code Properties} does not tell.
 */
final class PropertiesText {
    private PropertiesText() {}

    /**
     * One setting as written.
     *
     * @param key its name
     * @param value its text, before {@code ${...}} is replaced
     * @param line the line it begins on, from 1
     */
    record Setting(String key, String value, int line) {}

    /** A line that is no setting, such as one with a malformed escape. */
    record Malformed(int line, String problem) {}

    /** Everything found in one file, in order. */
    record Parsed(List<Setting> settings, List<Malformed> malformed) {}

    static Parsed parse(String text) {
        List<Setting> settings = new ArrayList<>();
        List<Malformed> malformed = new ArrayList<>();
        List<String> lines = text.lines().toList();
        int next = 0;
        while (next < lines.size()) {
            int first = next;
            StringBuilder logical = new StringBuilder(lines.get(next++));
            if (isBlankOrComment(logical)) {
                continue;
            }
            while (continues(logical) && next < lines.size()) {
                logical.append('\n').append(lines.get(next++));
            }
            try {
                settings.add(setting(logical.toString(), first + 1));
            } catch (IllegalArgumentException e) {
                malformed.add(new Malformed(first + 1, "malformed \\u escape"));
            }
        }
        return new Parsed(settings, malformed);
    }

    private static Setting setting(String logicalLine, int line) {
        Properties one = new Properties();
        try {
            one.load(new StringReader(logicalLine));
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot fail to be read", e);
        }
        String key = one.stringPropertyNames().iterator().next();
        return new Setting(key, one.getProperty(key, "").strip(), line);
    }

    private static boolean isBlankOrComment(CharSequence line) {
        String text = line.toString().strip();
        return text.isEmpty() || text.startsWith("#") || text.startsWith("!");
    }

    /** An odd number of backslashes at the end joins the next line to this one. */
    private static boolean continues(CharSequence line) {
        int backslashes = 0;
        while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }
}
