package io.gemel.conflict;

import io.gemel.transaction.LogRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds where in a topic to start reading, without an index from positions to Kafka offsets: positions grow with offsets, so
 * a binary search needs some thirty look-ups. Pure; the caller brings the topic. Any thread.
 *
 * <p>Growth is broken by records that a replaced process published late: their epoch is outdated, their positions may be
 * anything. So a start is believed only when no record of a greater epoch is among the {@link #OUTDATED_RUN_MAX} records
 * before it, and the search goes on to the left of what outdated it otherwise. A {@link LogCursor} behind the search would
 * report a start that is still too late as a gap: nothing can be lost silently.
 */
public final class LogSearch {
    /**
     * Most records of an outdated epoch that may follow each other without one that counts between them. A replaced process
     * has at most its producer's unsent batches left to publish, while its successor writes heartbeats.
     */
    public static final int OUTDATED_RUN_MAX = 5_000;

    private LogSearch() {}

    /** A record and its Kafka offset. */
    public record Found(long offset, LogRecord record) {}

    /** Reads records of one topic, for instance by a seek and polls. */
    @FunctionalInterface
    public interface RecordReader<E extends Exception> {
        /**
         * The records from {@code from} on and before {@code to}, the first {@code max} of them, by ascending offset; fewer
         * only when there are no more. Offsets may be missing.
         */
        List<Found> read(long from, long to, int max) throws E;
    }

    /**
     * An offset from which every record that counts and has a position greater than {@code position} will be met. The record
     * there counts itself and has a lesser or equal position, unless there is none: then it is {@code begin}.
     *
     * @param begin first offset of the topic
     * @param end offset behind the last record
     */
    public static <E extends Exception> long offsetBefore(long begin, long end, long position, RecordReader<E> reader)
            throws E {
        return offsetBefore(begin, end, position, OUTDATED_RUN_MAX, reader);
    }

    static <E extends Exception> long offsetBefore(
            long begin, long end, long position, int outdatedRunMax, RecordReader<E> reader) throws E {
        long searchEnd = end;
        while (true) {
            Found candidate = lastUpTo(begin, searchEnd, position, reader);
            if (candidate == null) {
                return begin;
            }
            long outdatedBy = outdatedBy(candidate, begin, outdatedRunMax, reader);
            if (outdatedBy < 0) {
                return candidate.offset();
            }
            searchEnd = outdatedBy;
        }
    }

    /** By binary search a record with at most this position, behind which the next known one has a greater; null when there is none. */
    private static <E extends Exception> @Nullable Found lastUpTo(
            long begin, long end, long position, RecordReader<E> reader) throws E {
        Found last = null;
        long left = begin;
        long right = end;
        while (left < right) {
            long middle = left + (right - left) / 2;
            Found found = firstWithPosition(middle, right, reader);
            if (found == null || position(found) > position) {
                right = middle;
            } else {
                last = found;
                left = found.offset() + 1;
            }
        }
        return last;
    }

    private static <E extends Exception> @Nullable Found firstWithPosition(long from, long to, RecordReader<E> reader)
            throws E {
        long next = from;
        while (next < to) {
            List<Found> found = reader.read(next, to, 1);
            if (found.isEmpty()) {
                return null;
            }
            Found first = found.get(0);
            if (position(first) >= 0) {
                return first;
            }
            next = first.offset() + 1;
        }
        return null;
    }

    /** Offset of a record before the candidate with a greater epoch, the first of the greatest in sight; -1 when there is none. */
    private static <E extends Exception> long outdatedBy(
            Found candidate, long begin, int outdatedRunMax, RecordReader<E> reader) throws E {
        long offset = -1;
        long epoch = candidate.record().epoch();
        long from = Math.max(begin, candidate.offset() - outdatedRunMax);
        for (Found before : reader.read(from, candidate.offset(), outdatedRunMax)) {
            if (before.record().epoch() > epoch) {
                epoch = before.record().epoch();
                offset = before.offset();
            }
        }
        return offset;
    }

    /** The record's position, or -1 for one that has none. */
    private static long position(Found found) {
        return found.record()
                .match(
                        opened -> -1L,
                        heartbeat -> heartbeat.stamp().position(),
                        part -> part.stamp().position());
    }
}
