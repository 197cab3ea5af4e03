package io.gemel.deploy.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the lines of one entry of {@code router.properties} have said so far. */
interface EntryLines {
    /**
     * Takes one of its lines.
     *
     * @param what the end of the key, behind the entry's name
     */
    void take(String what, String text) throws BadValueException;

    /** Ends of keys that it needs and does not have. */
    List<String> lacking();

    /** The keys' ends whose values are null, among pairs of both. */
    static List<String> lacking(@Nullable Object... endsAndValues) {
        List<String> lacking = new ArrayList<>();
        for (int i = 0; i < endsAndValues.length; i += 2) {
            if (endsAndValues[i + 1] == null) {
                lacking.add(String.valueOf(endsAndValues[i]));
            }
        }
        return lacking;
    }
}
