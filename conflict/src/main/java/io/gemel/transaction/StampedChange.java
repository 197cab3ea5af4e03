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
}
