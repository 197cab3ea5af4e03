package io.gemel.apply.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A wrong rule, as a piece of the source of a shipped class and what stands in its place.
 *
 * @param module where the class is
 * @param type its name
 * @param right text that is in its source once
 */
record Patch(String module, String type, String right, String wrong) {
    static Patch apply(String type, String right, String wrong) {
        return new Patch("apply", "io.gemel.apply." + type, right, wrong);
    }

    static Patch conflict(String type, String right, String wrong) {
        return new Patch("conflict", "io.gemel.conflict." + type, right, wrong);
    }

    /** The sources with the wrong rules, by the names of the types. */
    static Map<String, String> patched(List<Patch> patches) {
        Map<String, String> sources = new HashMap<>();
        for (Patch patch : patches) {
            sources.put(patch.type, patch.patched(sources.computeIfAbsent(patch.type, any -> patch.source())));
        }
        return sources;
    }

    private String patched(String source) {
        int at = source.indexOf(right);
        if (at < 0 || source.indexOf(right, at + 1) >= 0) {
            throw new IllegalStateException("not once in " + type + ": " + right);
        }
        return source.replace(right, wrong);
    }

    /** Tests run in the folder of their module. */
    private String source() {
        try {
            return Files.readString(Path.of("..", module, "src/main/java", type.replace('.', '/') + ".java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
