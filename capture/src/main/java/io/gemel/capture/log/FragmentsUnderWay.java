package io.gemel.capture.log;

import io.gemel.capture.api.CaptureException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The fragments of one part on their way to the log: what stops one stops those behind it, too. One thread. */
final class FragmentsUnderWay {
    /** Sends one without waiting for it, as {@link RecordPublisher#send}. */
    @FunctionalInterface
    interface Sending {
        Future<?> send(byte[] bytes) throws CaptureException, InterruptedException;
    }

    private final Sending sending;
    private @Nullable Future<?> last;
    private @Nullable CaptureException refused;
    private @Nullable InterruptedException interrupted;

    FragmentsUnderWay(Sending sending) {
        this.sending = sending;
    }

    void take(byte[] bytes) {
        if (refused != null || interrupted != null) {
            return;
        }
        try {
            last = sending.send(bytes);
        } catch (CaptureException e) {
            refused = e;
        } catch (InterruptedException e) {
            interrupted = e;
        }
    }

    /** Waits until all are written; returns false when one was not; the publisher then knows why. */
    boolean allWritten() throws CaptureException, InterruptedException {
        if (refused != null) {
            throw refused;
        }
        if (interrupted != null) {
            throw interrupted;
        }
        if (last != null) {
            try {
                last.get();
            } catch (ExecutionException e) {
                return false;
            }
        }
        return true;
    }
}
