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
 * Reads the settings of one properties file, and entries that stand in others. Strict: unknown keys, bad values,
 * missing keys and keys set twice are all found before it gives up, so that an operator fixes a file once. An instance
 * reads each file once.
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
    private final Map<String, String> environment;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Map<Key<?>, Object> values = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private final List<String> literalSecrets = new ArrayList<>();

    SettingsReader(Path file, Map<String, String> environment, List<Key<?>> keys, OpenKeys openKeys) {
        this.file = file;
        this.keys = keys;
        this.openKeys = openKeys;
        this.environment = environment;
    }

    /** Where a key is set. */
    private record Place(Path file, int line) {}

    /**
     * Takes every setting of the file and the defaults of the rest; what is wrong with them is kept for {@link #refuseProblems}.
     *
     * @throws ConfigException when there is no text to read
     */
    void read() throws ConfigException {
        read(file);
        keys.forEach(this::takeDefault);
    }

    /**
     * Takes the settings of another file, whose names must not be fixed.
     *
     * @throws ConfigException when there is no text to read
     */
    void readEntries(Path entries) throws ConfigException {
        read(entries);
    }

    private void read(Path from) throws ConfigException {
        PropertiesText.Parsed parsed = PropertiesText.parse(text(from));
        parsed.malformed()
                .forEach(bad ->
                        report(new Place(from, bad.line()), bad.problem(), "write the character itself, as UTF-8"));
        Path folder = from.toAbsolutePath().getParent();
        Placeholders placeholders =
                new Placeholders(Objects.requireNonNull(folder, "a file has a folder"), environment);
        parsed.settings().forEach(setting -> take(setting, new Place(from, setting.line()), placeholders));
    }

    /** Ends the reading when anything was reported. */
    void refuseProblems() throws ConfigException {
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparing(
                            (ConfigProblem problem) -> !problem.file().equals(file))
                    .thenComparing(ConfigProblem::file)
                    .thenComparingInt(ConfigProblem::line));
            throw new ConfigException(problems);
        }
    }

    private String text(Path from) throws ConfigException {
        try {
            return TextFile.read(from);
        } catch (IOException e) {
            report(new Place(from, 0), TextFile.unreadable(from), "name a readable properties file");
            throw new ConfigException(problems);
        }
    }

    private void take(PropertiesText.Setting setting, Place place, Placeholders placeholders) {
        String key = setting.key();
        Place earlier = places.putIfAbsent(key, place);
        if (earlier != null) {
            String where = earlier.file().equals(place.file()) ? "" : earlier.file() + ", ";
            report(place, key + " is already set in " + where + "line " + earlier.line(), "keep one of them");
            return;
        }
        try {
            if (setting.value().matches(".*\\s#.*")) {
                throw new BadValueException(
                        "has a comment after its value",
                        "move the comment to its own line (a value that really holds ' #' goes into a ${file:...})");
            }
            boolean secret = isSecret(setting);
            if (secret
                    && Placeholders.hasNone(setting.value())
                    && !setting.value().isEmpty()) {
                literalSecrets.add(key);
            }
            store(key, placeholders.replaceIn(setting.value(), secret), place);
        } catch (BadValueException e) {
            report(place, key + " " + e.problem(), e.fix());
        }
    }

    private void store(String name, String text, Place place) throws BadValueException {
        Optional<Key<?>> known =
                keys.stream().filter(key -> key.name().equals(name)).findFirst();
        if (known.isPresent() && !place.file().equals(file)) {
            throw new BadValueException("is not allowed here", "move it into " + file);
        }
        if (known.isPresent()) {
            values.put(known.get(), known.get().parser().parse(text));
        }
        if (!openKeys.take(name, text, place.line()) && known.isEmpty()) {
            List<String> names = keys.stream().map(Key::name).toList();
            String fix = NearestName.of(name, names)
                    .map(meant -> "did you mean " + meant + "?")
                    .orElse("remove it; docs/configuration.md lists every key");
            report(place, "unknown key " + name, fix);
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
        if (places.containsKey(key.name())) {
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

    /** Keeps a problem of the file; a line of 0 concerns it as a whole. */
    void report(int line, String problem, String fix) {
        report(new Place(file, line), problem, fix);
    }

    /** Keeps a problem at the place that sets a key; it concerns the file as a whole when none does. */
    void reportAt(String key, String problem, String fix) {
        report(places.getOrDefault(key, new Place(file, 0)), problem, fix);
    }

    private void report(Place place, String problem, String fix) {
        problems.add(new ConfigProblem(place.file(), place.line(), problem, fix));
    }

    /** The line that sets a key, from 1; 0 when none does. */
    int lineOf(String name) {
        Place place = places.get(name);
        return place == null ? 0 : place.line();
    }

    /** A file that a key's value names: a relative path is taken from the folder of the file in which the key stands. */
    Path named(String key, String value) {
        Place place = places.get(key);
        return (place == null ? file : place.file()).toAbsolutePath().resolveSibling(value);
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
