package io.gemel.reason;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much memory the values of one changed row may take, and the message for a row that takes more. Pure. */
public final class RowLimit {
    /** Most that {@code row.bytes.max} may be, and its default on a large heap, bytes. */
    public static final long BYTES_MAX = 2L << 30;

    /** Bytes that the values of one change may take in the log: its reader puts them together in one array, with what describes them. */
    public static final long LOGGED_BYTES_MAX = BYTES_MAX - (64L << 20);

    private static final long MIB = 1 << 20;

    private static final String LEAVE_OUT =
            "leave the table out for a while, as docs/configuration.md describes, and make the row smaller in the meantime";

    /** The rest is for everything else, and for rows up to {@link RowRoom#ALONE_BYTES_MAX} beside a large one. */
    private static final int PARTS_OF_HEAP = 5;

    private static final int PARTS_OF_ROW = 2;

    /** Deciding about a row takes its images as strings, of both sites and of what is written about them. */
    private static final int TIMES_TO_DECIDE = 8;

    /** Rows that are decided about together are held once, beside what is written of them. */
    private static final int TIMES_TO_DECIDE_TOGETHER = 4;

    /** What is remembered of conflicts is beside one large row. */
    private static final int PARTS_FOR_CONFLICTS = 2;

    private RowLimit() {}

    /**
     * The limit in force.
     *
     * @param setting bytes, or 0 for two fifths of the heap
     */
    public static long bytes(long setting, long heapBytes) {
        return setting > 0 ? setting : Math.min(heapBytes / PARTS_OF_HEAP * PARTS_OF_ROW, BYTES_MAX);
    }

    /** Returns whether a change may be decided about: compared with what is there and folded with what the other site changed. */
    public static boolean canDecide(long bytes, long bytesMax) {
        return bytes <= bytesMax / TIMES_TO_DECIDE;
    }

    /** Returns whether rows may be decided about together, which take so much as they are at this site. */
    public static boolean canDecideTogether(long bytes, long bytesMax) {
        return bytes <= bytesMax / TIMES_TO_DECIDE_TOGETHER;
    }

    /** As {@link #refusal}, for a change that has to be decided about. */
    public static String undecided(String table, List<String> key, long bytes, long bytesMax) {
        return "row " + table + key + " was changed here, too, or has just been; to decide about it takes "
                + TIMES_TO_DECIDE + " times its size: " + refusal(table, key, bytes * TIMES_TO_DECIDE, bytesMax);
    }

    /** As {@link #undecided}, of several rows of one table that one transaction changes and that take so much together here. */
    public static String undecidedTogether(String table, int rows, long bytes, long bytesMax) {
        return rows + " large rows of table " + table
                + " were changed here, too, or have just been; to decide about them together takes "
                + TIMES_TO_DECIDE_TOGETHER + " times their size: "
                + refusal(table, null, bytes * TIMES_TO_DECIDE_TOGETHER, bytesMax);
    }

    /** Memory that all rows together may take of which changes of both sites are remembered, bytes. */
    public static long conflictBytes(long bytesMax) {
        return bytesMax / PARTS_FOR_CONFLICTS;
    }

    /**
     * What is said when they take more.
     *
     * @param why there are such rows
     * @param rows of the transaction at hand, so far
     * @param bytes that they take, with those of transactions before it
     */
    public static String conflicts(String why, long rows, long bytes, long bytesMax) {
        long row = 2 * PARTS_FOR_CONFLICTS * bytes / MIB + 1; // there may be as much again
        if (bytesMax < BYTES_MAX) {
            row = Math.min(row, BYTES_MAX / MIB);
        }
        return why + ", " + rows + " of them up to here in this transaction, and what must be"
                + " remembered of such rows takes " + (bytes / MIB + 1) + " MiB of memory; row.bytes.max allows "
                + conflictBytes(bytesMax) / MIB + " MiB for that: " + wayOut(row) + ", or say what is still missing";
    }

    /**
     * Why a row is refused, and the way past it.
     *
     * @param table name of its table
     * @param key values of its primary key; null when they are not known
     * @param bytes that it takes
     * @param bytesMax that it may take
     */
    public static String refusal(String table, @Nullable List<String> key, long bytes, long bytesMax) {
        long row = bytes / MIB + 1;
        return changeOf(table, key) + " takes " + row + " MiB of memory, and row.bytes.max allows " + bytesMax / MIB
                + " MiB: " + wayOut(row);
    }

    /** As {@link #refusal}, of a row that takes too many bytes in the log. */
    public static String refusalOfLog(String table, @Nullable List<String> key, long bytes, long bytesMax) {
        return changeOf(table, key) + " takes " + (bytes / MIB + 1) + " MiB in the log, where a change may take "
                + bytesMax / MIB + " MiB: " + LEAVE_OUT;
    }

    private static String changeOf(String table, @Nullable List<String> key) {
        return "a change of " + (key == null ? "a row of table " + table : "row " + table + key);
    }

    private static String wayOut(long row) {
        if (row > BYTES_MAX / MIB) {
            return "no setting allows that; " + LEAVE_OUT;
        }
        long heap = row * PARTS_OF_HEAP / PARTS_OF_ROW + 1;
        return "start both sites with row.bytes.max = " + row + "MiB and a heap of at least " + heap + " MiB (-Xmx"
                + heap
                + "m in GEMEL_JAVA_OPTS). Nothing is lost and nothing has to be copied again: they continue here";
    }
}
