package io.gemel.transaction;

/**
 * A change together with the transaction it belongs to.
 *
 * @param index place of the change in its transaction, from 0
 */
public record StampedChange(Stamp stamp, int index, Change change) {
    public SiteId origin() {
        return stamp.origin();
    }

    public long position() {
        return stamp.position();
    }

    /** Had the site of this change {@code other} in its database when it made this one? */
    public boolean saw(StampedChange other) {
        if (origin().equals(other.origin()) && position() == other.position()) {
            return index > other.index;
        }
        return stamp.saw(other.stamp);
    }

    /** Stands for the change that made a row which has nothing in flight: older than any other. */
    public static StampedChange settled(SiteId site, RowImage row) {
        return new StampedChange(new Stamp(site, 0, 0, new Version(0, site), 0), 0, new Change.Insert(row));
    }
}
