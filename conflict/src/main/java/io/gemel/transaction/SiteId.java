package io.gemel.transaction;

import java.util.regex.Pattern;

/**
 * Name of a site: one writable database and the Gemel process beside it. It becomes part of the names of a replication
 * slot and of a Kafka topic, hence the narrow alphabet.
 */
public record SiteId(String name) implements Comparable<SiteId> {
    /** Longest name that still fits into a replication slot name with Gemel's prefix. */
    public static final int NAME_LENGTH_MAX = 40;

    private static final Pattern VALID = Pattern.compile("[a-z][a-z0-9_]*");

    public SiteId {
        if (name.length() > NAME_LENGTH_MAX || !VALID.matcher(name).matches()) {
            throw new IllegalArgumentException("site name '" + name
                    + "' must start with a letter, hold only lower-case letters, digits and _, and have at most "
                    + NAME_LENGTH_MAX + " characters");
        }
    }

    @Override
    public int compareTo(SiteId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
