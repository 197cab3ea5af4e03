package io.gemel.apply.target;

import java.util.Set;

/**
 * What capture has not been seen to have read yet: enough is read when it has read past a position, or each of these transactions if
 * any are named.
 *
 * @param upTo a commit position behind all of it; 0 when there is nothing
 * @param transactions ids of all of it; empty when they are not known
 */
public record Unread(long upTo, Set<Long> transactions) {
    /** Everything was read. */
    public static final Unread NOTHING = new Unread(0, Set.of());

    /** Takes a copy. */
    public Unread {
        transactions = Set.copyOf(transactions);
    }
}
