package io.gemel.router.decision;

/** How much of its share a VM gets that has come back: it grows with time. Pure. */
final class SlowStart {
    /** The share in the first moment. */
    static final double FIRST = 0.1;

    private SlowStart() {}

    /**
     * The part of its share that it gets, from {@link #FIRST} to 1.
     *
     * @param sinceMillis how long ago it came back
     * @param fullMillis after which it gets all of its share
     */
    static double weight(long sinceMillis, long fullMillis) {
        if (sinceMillis >= fullMillis) {
            return 1;
        }
        return Math.max(FIRST, (double) sinceMillis / fullMillis);
    }
}
