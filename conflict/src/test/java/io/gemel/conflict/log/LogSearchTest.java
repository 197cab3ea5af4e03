package io.gemel.conflict.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.conflict.log.LogSearch.Found;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.LogRecord.Heartbeat;
import io.gemel.transaction.LogRecord.Opened;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.Seeds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogSearchTest {
    private static final SiteId EAST = new SiteId("east");
    private static final int OUTDATED_RUN_MAX = 6;

    @Test
    void starts_an_empty_log_at_its_beginning() {
        assertThat(new Topic(42).offsetBefore(7)).isEqualTo(42);
    }

    @Test
    void starts_at_the_beginning_when_nothing_was_applied() {
        Topic topic = new Topic(10);
        topic.add(new Opened(1, "a"));
        topic.add(heartbeat(1, 0));
        topic.add(part(1, 1, 0, true));
        assertThat(topic.offsetBefore(0)).isLessThanOrEqualTo(11);
        assertThat(topic.offsetBefore(-1)).isEqualTo(10);
    }

    @Test
    void starts_at_the_end_when_everything_was_applied() {
        Topic topic = new Topic(0);
        for (int position = 1; position <= 100; position++) {
            topic.add(part(1, position, 0, true));
        }
        assertThat(topic.offsetBefore(100)).isEqualTo(99);
        assertThat(topic.offsetBefore(60)).isEqualTo(59);
    }

    @Test
    void is_not_led_astray_by_a_late_record_of_a_replaced_process() throws LogException {
        Topic topic = new Topic(0);
        topic.add(part(1, 1, 0, true));
        topic.add(new Opened(2, "b"));
        for (int position = 2; position <= 20; position++) {
            topic.add(part(2, position, 0, true));
            topic.add(part(1, 2, 0, true));
        }
        for (int position = 1; position <= 20; position++) {
            topic.checkStart(position);
        }
    }

    @Test
    void needs_few_reads_in_a_long_log() {
        Topic topic = new Topic(0);
        for (int position = 1; position <= 100_000; position++) {
            topic.add(part(1, position, 0, true));
        }
        assertThat(topic.offsetBefore(77_777)).isEqualTo(77_776);
        assertThat(topic.reads).isLessThan(25);
    }

    @Test
    void meets_every_record_that_counts_whatever_the_log() {
        Seeds.forEach(400, random -> {
            Topic topic = randomTopic(random);
            for (long position = 0; position <= topic.lastPosition; position++) {
                topic.checkStart(position);
            }
        });
    }

    @Test
    void is_not_led_astray_by_old_records_published_again_in_any_order() {
        Seeds.forEach(400, random -> {
            Topic topic = randomTopic(random);
            topic.publishAgain(1 + random.nextInt(OUTDATED_RUN_MAX), random);
            for (long position = 0; position <= topic.lastPosition; position++) {
                topic.checkStart(position);
            }
        });
    }

    /** A log with large transactions, take-overs in their middle, and late records of the replaced processes. */
    private static Topic randomTopic(Random random) {
        Topic topic = new Topic(random.nextInt(1000));
        long epoch = 1;
        topic.add(new Opened(epoch, "first"));
        Deque<LogRecord> late = new ArrayDeque<>();
        int steps = 1 + random.nextInt(120);
        for (int step = 0; step < steps; step++) {
            int parts = 1 + random.nextInt(random.nextInt(5) == 0 ? 5 : 1);
            switch (random.nextInt(12)) {
                case 0 -> {
                    int before = random.nextInt(parts);
                    topic.addParts(epoch, topic.lastPosition + 1, 0, before, parts);
                    unpublished(late, epoch, topic.lastPosition + 1, before, parts, random);
                    epoch++;
                    topic.add(new Opened(epoch, "writer" + epoch));
                }
                case 1, 2 -> topic.add(heartbeat(epoch, topic.lastPosition));
                case 3, 4 -> {
                    topic.add(heartbeat(epoch, topic.lastPosition));
                    for (int i = random.nextInt(OUTDATED_RUN_MAX); i > 0 && !late.isEmpty(); i--) {
                        topic.add(late.remove());
                    }
                    topic.add(heartbeat(epoch, topic.lastPosition));
                }
                default -> {
                    topic.addParts(epoch, topic.lastPosition + 1, 0, parts, parts);
                    topic.lastPosition++;
                }
            }
            topic.nextOffset += random.nextInt(3);
        }
        return topic;
    }

    /** What a process had still to publish when it was replaced. */
    private static void unpublished(
            Deque<LogRecord> late, long epoch, long position, int from, int parts, Random random) {
        for (int index = from; index < parts; index++) {
            late.add(part(epoch, position, index, index == parts - 1));
        }
        int more = random.nextInt(30);
        for (int i = 1; i <= more; i++) {
            late.add(random.nextInt(4) == 0 ? heartbeat(epoch, position + i) : part(epoch, position + i, 0, true));
        }
    }

    private static long position(Found found) {
        return found.record()
                .match(
                        opened -> -1L,
                        heartbeat -> heartbeat.header().position(),
                        part -> part.header().position());
    }

    private static Part part(long epoch, long position, int index, boolean last) {
        return new Part(epoch, header(position), index, last, index, List.of());
    }

    private static Heartbeat heartbeat(long epoch, long position) {
        return new Heartbeat(epoch, header(position));
    }

    private static TransactionHeader header(long position) {
        return new TransactionHeader(EAST, position, position * 10, new Version(position, EAST), 0);
    }

    /** A topic in memory, with holes between its offsets. */
    private static final class Topic {
        private final long begin;
        private final List<Found> records = new ArrayList<>();
        private long nextOffset;
        private long lastPosition;
        private int reads;

        Topic(long begin) {
            this.begin = begin;
            nextOffset = begin;
        }

        void add(LogRecord record) {
            records.add(new Found(nextOffset++, record));
        }

        void addParts(long epoch, long position, int from, int to, int parts) {
            for (int index = from; index < to; index++) {
                add(part(epoch, position, index, index == parts - 1));
            }
        }

        /** What a mirror or a restored broker may do to the last records. */
        void publishAgain(int count, Random random) {
            List<LogRecord> again = new ArrayList<>();
            records.subList(Math.max(0, records.size() - count), records.size())
                    .forEach(found -> again.add(found.record()));
            Collections.shuffle(again, random);
            again.forEach(this::add);
        }

        long offsetBefore(long position) {
            return LogSearch.offsetBefore(begin, nextOffset, position, OUTDATED_RUN_MAX, this::first);
        }

        private @Nullable Found first(long from, long to, Predicate<Found> wanted) {
            reads++;
            return between(from, to).filter(wanted).findFirst().orElse(null);
        }

        private Stream<Found> between(long from, long to) {
            return records.stream().filter(found -> found.offset() >= from && found.offset() < to);
        }

        /** Follows the log from the start found for a site that has applied {@code position}: no gap, nothing missed. */
        void checkStart(long position) throws LogException {
            long start = offsetBefore(position);
            assertThat(start).isBetween(begin, nextOffset);
            assertThat(position == 0 || between(start, nextOffset).anyMatch(found -> position(found) == position))
                    .as("the record of position %d is met", position)
                    .isTrue();
            LogCursor cursor = new LogCursor(EAST, appliedTo(position));
            for (Found found : between(start, nextOffset).toList()) {
                cursor.next(found.record());
            }
            assertThat(cursor.position()).isEqualTo(lastPositionThatCounts());
        }

        /** The marker that applying everything up to the position leaves behind. */
        private Marker appliedTo(long position) throws LogException {
            LogCursor cursor = new LogCursor(EAST, Marker.none(EAST));
            for (Found found : records) {
                if (cursor.position() >= position) {
                    break;
                }
                cursor.next(found.record());
            }
            return new Marker(position, cursor.epoch(), new Version(position, EAST), 0, position * 10);
        }

        private long lastPositionThatCounts() {
            LogCursor cursor = new LogCursor(EAST, Marker.none(EAST));
            try {
                for (Found found : records) {
                    cursor.next(found.record());
                }
            } catch (LogException e) {
                throw new AssertionError("the generated log is wrong", e);
            }
            return cursor.position();
        }
    }
}
