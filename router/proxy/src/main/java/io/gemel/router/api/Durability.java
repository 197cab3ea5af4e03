package io.gemel.router.api;

import java.util.Locale;

/** Durability that a committed transaction must reach before its success is sent. In ascending order. */
public enum Durability {
    /** Committed in the database of the site where it ran. */
    LOCAL,
    /** Kafka has acknowledged its log record: it survives the loss of that site. */
    SHIPPED,
    /** The peer has applied it. */
    APPLIED;

    /** Its name in settings and headers. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
