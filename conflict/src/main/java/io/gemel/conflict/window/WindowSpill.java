package io.gemel.conflict.window;

/**
 * Where the window keeps what exceeds its share of the memory. Nothing in it outlives the window: all of it can be
 * rebuilt from this site's log. The window calls it under its own lock, one thread at a time.
 */
public interface WindowSpill extends AutoCloseable {
    /**
     * Stores positions by hash.
     *
     * @param hashes ascending, each once
     * @param positions of a hash, ascending, each once, at least one
     * @throws java.io.UncheckedIOException when there is no space, or the storage fails; the message says where and
     *     what to do
     */
    Run store(long[] hashes, PositionsByHash positions);

    /** Bytes of storage in use. */
    long bytes();

    /** Gives everything back. */
    @Override
    void close();

    /** Tells the positions of a hash. */
    @FunctionalInterface
    interface PositionsByHash {
        long[] of(long hash);
    }

    /** What one call of {@link #store} stored. */
    interface Run {
        /**
         * The positions of a hash, ascending; none when it was not stored.
         *
         * @throws java.io.UncheckedIOException when they cannot be read now
         */
        long[] positions(long hash);

        /** Gives its storage back; the run is not used afterwards. */
        void delete();
    }

    /** For a window that is kept small: it never has to spill. */
    static WindowSpill none() {
        return new WindowSpill() {
            @Override
            public Run store(long[] hashes, PositionsByHash positions) {
                throw new IllegalStateException("a window without a spill has more changes than fit");
            }

            @Override
            public long bytes() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }
}
