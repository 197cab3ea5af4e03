package io.gemel.conflict;

/**
 * Leaves two concurrent changes of one row to a person: neither site applies the other's change, nor any further change
 * of that row, until one is chosen. Rows that are written at one site only are replicated as usual.
 */
public final class ParkPolicy implements WholeRowPolicy {
    @Override
    public String name() {
        return "park";
    }
}
