package io.gemel.transaction;

/**
 * The row in {@code gemel.applied} that says "this transaction was applied here, not originated here". It commits with
 * the applied rows, so it is at the same time the progress of the applier, the guard against loops, and the exact
 * record in the database's log of how far the peer's log had been applied.
 *
 * @param position last position of the peer's log that the transaction applied
 * @param epoch capture epoch of that record
 * @param version greatest version applied so far
 * @param peerSeen greatest {@code seen} of the peer so far: how far the peer had applied this site's log
 * @param peerCommit commit position of the last transaction applied
 */
public record Marker(long position, long epoch, Version version, long peerSeen, long peerCommit) {
    /** Nothing applied yet. */
    public static Marker none(SiteId origin) {
        return new Marker(0, 0, new Version(0, origin), 0, 0);
    }
}
