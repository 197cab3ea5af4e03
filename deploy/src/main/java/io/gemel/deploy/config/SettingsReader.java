package io.gemel.deploy.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings of one properties file. Strict: unknown keys, bad values, missing keys and keys set twice are all found before it
 * gives up, so that an operator mends a file once. An instance reads one file once.
 */
final class SettingsReader {
    /** Takes settings whose names are not fixed, such as those of one VM. */
    @FunctionalInterface
    interface OpenKeys {
        /** Whether it knows such a name; when it does, it has kept the value. */
        boolean take(String name, String text, int line) throws BadValueException;
    }

    private final Path file;
    private final List<Key<?>> keys;
    private final OpenKeys openKeys;
    private final Placeholders placeholders;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Map<Key<?>, Object> values = new HashMap<>();
    private final Map<String, Integer> lines = new HashMap<>();
    private final List<String> literalSecrets = new ArrayList<>();

    SettingsReader(Path file, Map<String, String> environment, List<Key<?>> keys, OpenKeys openKeys) {
        this.file = file;
        this.keys = keys;
        this.openKeys = openKeys;
        Path folder = file.toAbsolutePath().getParent();
        this.placeholders = new Placeholders(Objects.requireNonNull(folder, "a file has a folder"), environment);
    }

    /**
     * Takes every setting of the file and the defaults of the rest; what is wrong with them is kept for {@link #refuseProblems}.
     *
     * @throws ConfigException when there is no text to read
     */
    void read() throws ConfigException {
        PropertiesText.Parsed parsed = PropertiesText.parse(text());
        parsed.malformed().forEach(bad -> report(bad.line(), bad.problem(), "write the character itself, as UTF-8"));
        parsed.settings().forEach(this::take);
        keys.forEach(this::takeDefault);
    }

    /** Ends the reading when anything was reported. */
    void refuseProblems() throws ConfigException {
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(ConfigProblem::line));
            throw new ConfigException(problems);
        }
    }

    private String text() throws ConfigException {
        try {
            return TextFile.read(file);
        } catch (IOException e) {
            report(0, TextFile.unreadable(file), "name a readable properties file");
            throw new ConfigException(problems);
        }
    }

    private void take(PropertiesText.Setting setting) {
        String key = setting.key();
        Integer earlier = lines.putIfAbsent(key, setting.line());
        if (earlier != null) {
            report(setting.line(), key + " is set already in line " + earlier, "keep one of them");
            return;
        }
        try {
            if (setting.value().matches(".*\\s#.*")) {
                throw new BadValueException(
                        "has a comment behind its value",
                        "move the comment to its own line (a value that really holds ' #' goes into a ${file:...})");
            }
            boolean secret = isSecret(setting);
            if (secret
                    && Placeholders.hasNone(setting.value())
                    && !setting.value().isEmpty()) {
                literalSecrets.add(key);
            }
            store(key, placeholders.replaceIn(setting.value(), secret), setting.line());
        } catch (BadValueException e) {
            report(setting.line(), key + " " + e.problem(), e.mend());
        }
    }

    private void store(String name, String text, int line) throws BadValueException {
        Optional<Key<?>> known =
                keys.stream().filter(key -> key.name().equals(name)).findFirst();
        if (known.isPresent()) {
            values.put(known.get(), known.get().parser().parse(text));
        }
        if (!openKeys.take(name, text, line) && known.isEmpty()) {
            List<String> names = keys.stream().map(Key::name).toList();
            String mend = NearestName.of(name, names)
                    .map(meant -> "did you mean " + meant + "?")
                    .orElse("remove it; docs/configuration.md lists every key");
            report(line, "unknown key " + name, mend);
        }
    }

    private static boolean isSecret(PropertiesText.Setting setting) {
        String key = setting.key().toLowerCase(Locale.ROOT);
        return key.contains("password")
                || key.contains("secret")
                || key.contains("token")
                || key.endsWith("jaas.config");
    }

    private void takeDefault(Key<?> key) {
        if (lines.containsKey(key.name())) {
            return;
        }
        String text = key.defaultText();
        if (text == null) {
            report(0, "the key " + key.name() + " is missing", "add a line " + key.name() + "=...");
            return;
        }
        try {
            values.put(key, key.parser().parse(text));
        } catch (BadValueException e) {
            throw new IllegalStateException("the default of " + key.name() + " " + e.problem(), e);
        }
    }

    /** Keeps a problem; a line of 0 concerns the file as a whole. */
    void report(int line, String problem, String mend) {
        problems.add(new ConfigProblem(file, line, problem, mend));
    }

    /** The line that sets a key, from 1; 0 when none does. */
    int lineOf(String name) {
        return lines.getOrDefault(name, 0);
    }

    int lineOf(Key<?> key) {
        return lineOf(key.name());
    }

    /** A key's value; null when it is missing or bad, which has been reported then. */
    <T> @Nullable T ifGood(Key<T> key) {
        Object value = values.get(key);
        return value == null ? null : key.type().cast(value);
    }

    /** A key's value, once {@link #refuseProblems} has found nothing. */
    <T> T get(Key<T> key) {
        return key.type().cast(Objects.requireNonNull(values.get(key), key.name()));
    }

    /** Keys whose secret is written out in the file. */
    List<String> literalSecrets() {
        return literalSecrets;
    }
}
