package io.gemel.transaction;

/**
 * The total order of transactions for winners: a hybrid logical clock reading and, for equal readings, the site. A
 * transaction that could have seen another one always has the greater version, whatever the wall clocks do.
 *
 * @param micros hybrid logical clock, microseconds since 1970-01-01T00:00Z
 * @param site where the transaction first committed
 */
public record Version(long micros, SiteId site) implements Comparable<Version> {
    @Override
    public int compareTo(Version other) {
        int byClock = Long.compare(micros, other.micros);
        return byClock != 0 ? byClock : site.compareTo(other.site);
    }

    @Override
    public String toString() {
        return micros + "@" + site;
    }
}
