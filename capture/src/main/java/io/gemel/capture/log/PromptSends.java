package io.gemel.capture.log;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/**
 * Lets a record go at once before which there was none for a while. A producer keeps each for as long as others may come to share
 * its request, which on a quiet system they do not. Capture thread only.
 */
final class PromptSends implements AutoCloseable {
    private final Producer<?, ?> producer;
    private final long lingerNanos;
    private final LongSupplier nanoTime;
    private final ExecutorService flushing;
    private long lastNanos;

    /**
     * Lets nothing go yet.
     *
     * @param lingerNanos without a record for as long it was quiet
     */
    PromptSends(Producer<?, ?> producer, long lingerNanos, LongSupplier nanoTime, String thread) {
        this.producer = producer;
        this.lingerNanos = lingerNanos;
        this.nanoTime = nanoTime;
        lastNanos = nanoTime.getAsLong();
        // One that waits is enough for all that is sent while another one flushes, or has just done so.
        flushing = new ThreadPoolExecutor(
                0,
                1,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(1),
                work -> {
                    Thread made = new Thread(work, thread);
                    made.setDaemon(true);
                    return made;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** A record was given to the producer. */
    void sent() {
        long now = nanoTime.getAsLong();
        if (now - lastNanos >= lingerNanos) {
            flushing.execute(this::flush);
        }
        lastNanos = now;
    }

    /** Returns when Kafka has acknowledged what was sent before. */
    private void flush() {
        try {
            producer.flush();
        } catch (KafkaException | IllegalStateException e) {
            return; // this object or the producer was closed; what became of the records, their callbacks hear
        }
    }

    /** Flushes no more, and waits for nothing. */
    @Override
    public void close() {
        flushing.shutdownNow();
    }
}
