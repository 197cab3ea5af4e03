package io.gemel.deploy.embedded;

import java.util.Locale;

/** What runs the servers of this JVM. */
enum Servers {
    /** Programs that the build brings along, as child processes or inside this JVM. */
    EMBEDDED,
    /** The Docker engine of this machine. */
    CONTAINERS;

    private static final String PROPERTY = "gemel.test.servers";

    /**
     * As the system property says; embedded when it says nothing.
     *
     * @throws IllegalArgumentException when it says something else
     */
    static Servers chosen() {
        return of(System.getProperty(PROPERTY, EMBEDDED.word()));
    }

    static Servers of(String word) {
        for (Servers each : values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                PROPERTY + " is " + EMBEDDED.word() + " or " + CONTAINERS.word() + ", not '" + word + "'");
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
