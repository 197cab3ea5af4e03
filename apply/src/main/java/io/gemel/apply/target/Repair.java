package io.gemel.apply.target;

import java.util.Locale;

/**
 * A requested repair of a row at which this site is halted.
 *
 * @param by who requested it
 */
public record Repair(Take take, String by) {
    /** Whose row is kept at both sites. */
    public enum Take {
        /** This site's, as it is now: it is published, and the change that found it is skipped. */
        HERE,
        /** The peer's: the change is applied as if the row had been what it was there. */
        PEER;

        /** As a command line has it. */
        public String option() {
            return "--take=" + name().toLowerCase(Locale.ROOT);
        }

        public static Take of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }
}
