package io.gemel.capture.postgres;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which transactions a look at the database saw. The database's log numbers transactions with the lower 32 bits only, and so does this:
 * PostgreSQL itself lets no two that are half the numbers apart be of interest at once.
 *
 * @param next the first transaction that had no number yet
 * @param running those before it that had not ended
 */
record PostgresSnapshot(int next, Set<Integer> running) {
    /** @param text what PostgreSQL prints: {@code xmin:xmax:running,...} */
    static PostgresSnapshot parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a snapshot: " + text);
        }
        Set<Integer> running = Arrays.stream(parts[2].split(","))
                .filter(number -> !number.isEmpty())
                .map(number -> (int) Long.parseLong(number))
                .collect(Collectors.toUnmodifiableSet());
        return new PostgresSnapshot((int) Long.parseLong(parts[1]), running);
    }

    /**
     * Returns whether it saw all that a transaction did. It then saw all others, too, that were seen before that one wrote.
     *
     * @param transaction one that has committed, as the database's log numbers it
     */
    boolean sees(long transaction) {
        int number = (int) transaction;
        return number - next < 0 && !running.contains(number);
    }
}
