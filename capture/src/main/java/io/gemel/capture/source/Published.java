package io.gemel.capture.source;

import java.util.List;

/**
 * The end of a log.
 *
 * @param commits commit positions of its last records, the last one last; none for an empty log
 * @param epoch the process that wrote the last one; 0 for an empty log
 * @param opened the last process that took the log over; 0 when none ever did
 */
public record Published(List<Long> commits, long epoch, long opened) {
    /** Commit position of a log that holds no transaction yet: capture begins wherever the database can. */
    public static final long NOTHING = 0;

    /** Commit position of the last record, or {@link #NOTHING}. */
    public long last() {
        return commits.isEmpty() ? NOTHING : commits.get(commits.size() - 1);
    }
}
