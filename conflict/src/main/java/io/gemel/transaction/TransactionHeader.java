package io.gemel.transaction;

/**
 * Header of a record of a site's log.
 *
 * @param origin the site whose log this is
 * @param position dense number of the record in that log, from 1, the same at both sites
 * @param commitPosition place of the commit in the origin database's own log (PostgreSQL: end LSN), which only grows;
 *     {@link #UNKNOWN_COMMIT} in every part of a transaction but its last
 * @param version the transaction's place in the total order of winners
 * @param seen position in the peer's log up to which the origin database had applied it at that commit
 */
public record TransactionHeader(SiteId origin, long position, long commitPosition, Version version, long seen) {
    public static final long UNKNOWN_COMMIT = 0;

    /** Returns whether the origin of this record had the record {@code other} in its database when it committed. */
    public boolean saw(TransactionHeader other) {
        return origin.equals(other.origin) ? position > other.position : seen >= other.position;
    }

    @Override
    public String toString() {
        return origin + "/" + position + " v" + version + " seen " + seen;
    }
}
