package io.gemel.router.api;

import java.util.Locale;

/**
 * What an operator names: a VM, a host with all its VMs, or a site with all of them.
 *
 * @param name as the configuration has it
 */
public record RouterPart(Kind kind, String name) {
    /** Kinds of parts, from small to large. */
    public enum Kind {
        VM,
        HOST,
        SITE;

        /** Its name in commands. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
