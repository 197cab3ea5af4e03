package io.gemel.transaction;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One record of a site's log. Each carries the capture epoch of the process that published it: once a record of a
 * greater epoch has been read, records of a smaller one are ignored, so a paused and resumed process does no harm.
 */
public sealed interface LogRecord {
    long epoch();

    <T> T match(Function<Opened, T> opened, Function<Heartbeat, T> heartbeat, Function<Part, T> part);

    /**
     * A capture process took over the log. It has no position. The first one with a given epoch holds; a writer that finds
     * another writer's name in it has lost the race and must stop. A process repeats it now and then, so that the end of a log
     * tells whose it is.
     *
     * @param owner the database of that process; null in a record of an earlier release
     */
    record Opened(long epoch, String writer, @Nullable LogOwner owner) implements LogRecord {
        /** As an earlier release wrote it. */
        public Opened(long epoch, String writer) {
            this(epoch, writer, null);
        }

        @Override
        public <T> T match(Function<Opened, T> opened, Function<Heartbeat, T> heartbeat, Function<Part, T> part) {
            return opened.apply(this);
        }
    }

    /** Nothing to publish, but clock, {@code seen} and commit position have moved on. */
    record Heartbeat(long epoch, TransactionHeader header) implements LogRecord {
        @Override
        public <T> T match(Function<Opened, T> opened, Function<Heartbeat, T> heartbeat, Function<Part, T> part) {
            return heartbeat.apply(this);
        }
    }

    /**
     * A transaction or a piece of a large one. The parts of a transaction are contiguous in the log, share a position and
     * count from 0; only the last one's stamp knows the commit position. A transaction whose last part never came is
     * discarded.
     *
     * @param firstChange index in the transaction of this part's first change
     */
    record Part(long epoch, TransactionHeader header, int index, boolean last, int firstChange, List<Change> changes)
            implements LogRecord {
        public Part {
            changes = List.copyOf(changes);
        }

        @Override
        public <T> T match(Function<Opened, T> opened, Function<Heartbeat, T> heartbeat, Function<Part, T> part) {
            return part.apply(this);
        }
    }

    /**
     * A piece of a part that is too large for one record: a part with a single, very large row. The fragments of a part are
     * contiguous in the log and count from 0; joined, their bodies are the part's encoded changes.
     *
     * @param part the part without its changes
     * @param index of this fragment
     * @param last whether the part is complete with it
     * @param total bytes of all bodies together
     * @param body encoded changes, cut anywhere
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes it
    record Fragment(Part part, int index, boolean last, int total, byte[] body) implements LogRecord {
        @Override
        public long epoch() {
            return part.epoch();
        }

        /** Returns whether it completes the transaction. */
        public boolean endsTransaction() {
            return last && part.last();
        }

        /** Returns whether it begins the transaction. */
        public boolean beginsTransaction() {
            return index == 0 && part.index() == 0;
        }

        /** As for the part that it is a piece of. */
        @Override
        public <T> T match(Function<Opened, T> opened, Function<Heartbeat, T> heartbeat, Function<Part, T> forPart) {
            return forPart.apply(part);
        }
    }
}
