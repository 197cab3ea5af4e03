package io.gemel.conflict.log;

import io.gemel.transaction.LogRecord;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds where in a topic to start reading, without an index from positions to Kafka offsets: positions grow with
 * offsets, so a binary search needs some thirty look-ups. Pure; the caller brings the topic. Any thread.
 *
 * <p>Growth is broken by records that a replaced process published late, whose epoch is outdated and whose positions
 * may be anything, and by old records that were published again, in whatever order. So a start is accepted only when
 * none of the {@link #OUTDATED_RUN_MAX} records before it has a greater epoch or is sought itself, and the search goes
 * on to the left of such a record otherwise. A {@link LogCursor} behind the search would report a start that is still
 * too late as a gap: nothing can be lost silently.
 */
public final class LogSearch {
    /**
     * Most records of an outdated epoch, or published again, that may follow each other without one that counts between them.
     * A replaced process has at most its producer's unsent batches left to publish, while its successor writes heartbeats.
     */
    public static final int OUTDATED_RUN_MAX = 5_000;

    private LogSearch() {}

    /** A record and its Kafka offset. */
    public record Found(long offset, LogRecord record) {}

    /** Reads records of one topic, for instance by a seek and polls. */
    @FunctionalInterface
    public interface RecordReader<E extends Exception> {
        /** The first record from {@code from} on and before {@code to} that is wanted; null when there is none. */
        @Nullable
        Found first(long from, long to, Predicate<Found> wanted) throws E;
    }

    /**
     * An offset from which every record that counts and has a position greater than {@code position} will be met. The record
     * there counts itself and has a lesser or equal position, unless there is none: then it is {@code begin}. A record of
     * {@code position}, if the topic holds one, is there or behind.
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
            Sight sight = new Sight(candidate, position);
            long from = Math.max(begin, candidate.offset() - outdatedRunMax);
            Found against = reader.first(from, candidate.offset(), sight::refutes);
            if (against == null) {
                return sight.start.offset();
            }
            searchEnd = against.offset();
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
            Found found = reader.first(middle, right, any -> position(any) >= 0);
            if (found == null || position(found) > position) {
                right = middle;
            } else {
                last = found;
                left = found.offset() + 1;
            }
        }
        return last;
    }

    /** The record's position, or -1 for one that has none. */
    private static long position(Found found) {
        return found.record()
                .match(
                        opened -> -1L,
                        heartbeat -> heartbeat.header().position(),
                        part -> part.header().position());
    }

    /** What stands before a candidate, in order. */
    private static final class Sight {
        private final long epoch;
        private final long position;
        private Found start;

        Sight(Found candidate, long position) {
            epoch = candidate.record().epoch();
            this.position = position;
            start = candidate;
        }

        /** Whether the next record shows that the candidate does not count, or that the start must lie before that record. */
        boolean refutes(Found before) {
            if (before.record().epoch() != epoch) {
                return before.record().epoch() > epoch;
            }
            long found = position(before);
            if (found > position(start) && found <= position) {
                start = before;
            }
            return found > position;
        }
    }
}
