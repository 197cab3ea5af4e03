package io.gemel.deploy.config;

import java.util.List;
import java.util.Optional;

/** The conflict policies a configuration file may name. */
final class PolicyNames {
    private static final String LAST_WRITER_WINS = "last-writer-wins";
    private static final List<String> KNOWN =
            List.of(LAST_WRITER_WINS, "delta", "column-merge", "site-priority", "greatest", "least", "park");

    private PolicyNames() {}

    static String parse(String text) throws BadValueException {
        // Arguments in parentheses may hold commas; a policy's name never does.
        for (String policy : text.replaceAll("\\([^)]*\\)", "").split(",", -1)) {
            requireAvailable(policy.strip());
        }
        if (!text.equals(LAST_WRITER_WINS)) {
            throw new BadValueException(
                    "is '" + text + "'", "write " + LAST_WRITER_WINS + ", once and without arguments");
        }
        return text;
    }

    private static void requireAvailable(String policy) throws BadValueException {
        if (policy.equals(LAST_WRITER_WINS)) {
            return;
        }
        if (KNOWN.contains(policy)) {
            throw new BadValueException(
                    "asks for " + policy + ", which is not available in this version", "write " + LAST_WRITER_WINS);
        }
        Optional<String> meant = NearestName.of(policy, KNOWN);
        throw new BadValueException(
                "names the unknown policy '" + policy + "'",
                meant.map(name -> "did you mean " + name + "?").orElse("write " + LAST_WRITER_WINS));
    }
}
