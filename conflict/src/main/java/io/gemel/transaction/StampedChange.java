package io.gemel.transaction;

/**
 * A change together with the transaction it belongs to.
 *
 * @param index place of the change in its transaction, from 0
 */
public record StampedChange(TransactionHeader header, int index, Change change) {
    public SiteId origin() {
        return header.origin();
    }

    public long position() {
        return header.position();
    }

    /** Returns whether the site of this change had {@code other} in its database when it made this one. */
    public boolean saw(StampedChange other) {
        if (origin().equals(other.origin()) && position() == other.position()) {
            return index > other.index;
        }
        return header.saw(other.header);
    }

    /** Stands for the change that made a row which has nothing in flight: older than any other. */
    public static StampedChange settled(SiteId site, RowImage row) {
        return new StampedChange(new TransactionHeader(site, 0, 0, new Version(0, site), 0), 0, new Change.Insert(row));
    }
}
