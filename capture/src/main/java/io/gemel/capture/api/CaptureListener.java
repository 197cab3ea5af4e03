package io.gemel.capture.api;

/** Receives capture's events. Called on capture's own threads: must return quickly, must not block, must not throw. */
public interface CaptureListener {
    /** Ignores all events. */
    CaptureListener NONE = new CaptureListener() {
        @Override
        public void captured(long transactions, long changes) {}

        @Override
        public void published(long position, long commitMicros) {}

        @Override
        public void failed(CaptureException failure) {}
    };

    /**
     * Local transactions were read from the database's log and registered in the window.
     *
     * @param transactions how many more
     * @param changes how many row changes they hold
     */
    void captured(long transactions, long changes);

    /**
     * The log holds everything up to a commit.
     *
     * @param position last position in this site's log
     * @param commitMicros the database's own time of that commit, microseconds since 1970
     */
    void published(long position, long commitMicros);

    /**
     * Capture has ended on its own and must be closed. Called at most once, and not for a failure that a method threw.
     */
    void failed(CaptureException failure);
}
