package io.gemel.apply.target;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A lock that the applier's session waits for in the database.
 *
 * @param lock description of what is locked: a row with its key, a table, another lock
 * @param holders the sessions that hold it and do not wait themselves
 */
public record LockWait(String lock, List<Holder> holders) {
    /** Longest part of a statement in a message. */
    public static final int STATEMENT_CHARS_MAX = 200;

    public LockWait {
        holders = List.copyOf(holders);
    }

    /**
     * A session that holds a lock.
     *
     * @param pid its server process; 0 for a prepared transaction, which has none
     * @param started when that process began, as the server prints it: process ids are reused
     * @param name description of the session
     * @param doing description of its state and statement
     * @param own whether it is one of Gemel's own
     */
    public record Holder(int pid, String started, String name, String doing, boolean own) {
        public String text() {
            return pid == 0
                    ? "a prepared transaction (SELECT * FROM pg_prepared_xacts shows which: commit it or roll it back)"
                    : "session " + pid + " (" + name + ", " + doing + ")";
        }
    }

    /** Who is waited for and what ends it, in words. */
    public String text() {
        String who = holders.isEmpty()
                ? "another session"
                : holders.stream().map(Holder::text).collect(Collectors.joining(" and "));
        String pids = holders.stream()
                .filter(holder -> holder.pid() != 0 && !holder.own())
                .map(holder -> "SELECT pg_terminate_backend(" + holder.pid() + ")")
                .collect(Collectors.joining("; "));
        return "the applier waits for " + lock + ", which " + who + " has locked. It resumes when that transaction ends"
                + (pids.isEmpty()
                        ? ""
                        : "; to end the session: " + pids + "; apply.lock.kill.after does so automatically");
    }
}
