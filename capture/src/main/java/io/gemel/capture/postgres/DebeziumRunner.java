package io.gemel.capture.postgres;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Runs Debezium's embedded engine on one slot, from its start to a sure end. Used once. */
final class DebeziumRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DebeziumRunner.class);

    /** How long Debezium may take from its start to the first bytes of the database's log. */
    static final Duration START_TIMEOUT = Duration.ofMinutes(2);

    /** How long the engine may take to end. */
    static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    private static final Duration POLL = Duration.ofMillis(20);

    private final String name;
    private final PostgresTap tap;
    private final Consumer<CaptureException> failed;
    private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object announcing = new Object();
    private boolean started;
    private @Nullable CaptureException failure;

    /** @param failed called when the engine ends on its own after {@link #start} has returned */
    DebeziumRunner(CaptureConfig config, PostgresTap tap, Consumer<CaptureException> failed) {
        this.name = "gemel_" + config.site() + "_" + UUID.randomUUID();
        this.tap = tap;
        this.failed = failed;
        this.engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(PostgresSettings.of(config, name))
                .notifying(DebeziumRunner::unexpected)
                .using((success, message, error) -> ended(message, error))
                .build();
        this.thread = new Thread(
                () -> {
                    MDC.put("site", config.site().name());
                    engine.run();
                },
                "gemel-capture-" + config.site());
    }

    private static void unexpected(
            List<RecordChangeEvent<SourceRecord>> records,
            DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer) {
        throw new IllegalStateException(
                "a record passed the tap: " + records.get(0).record());
    }

    /** Returns when the database sends its log. */
    void start() throws CaptureException, InterruptedException {
        TextPostgresConnector.remember(name, tap);
        thread.start();
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!tap.streaming().await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            if (ended.getCount() == 0) {
                break;
            }
            if (System.nanoTime() > deadline) {
                throw CaptureException.retry("the database has not started to send its log within " + START_TIMEOUT);
            }
        }
        synchronized (announcing) {
            if (failure != null) {
                throw failure;
            }
            started = true;
        }
    }

    /** Debezium's own loggers are off: a site that is halted would print their stacks at each try. */
    private void ended(String message, @Nullable Throwable error) {
        if (error != null && !isExplained(error)) {
            LOG.error("reading the database's log failed", error);
        }
        CaptureException reason = error == null
                ? CaptureException.retry("reading the database's log ended: " + message)
                : CaptureException.of("reading the database's log failed", error);
        boolean announce;
        synchronized (announcing) {
            failure = reason;
            announce = started;
        }
        ended.countDown();
        if (announce) {
            failed.accept(reason);
        }
    }

    private static boolean isExplained(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof CaptureException || cause instanceof SQLException || cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    /** How far the slot was confirmed; 0 when it never was. */
    long confirmed() {
        return tap.confirmed();
    }

    /** Server process that sends the log; 0 when it never began to. */
    int backendPid() {
        return tap.backendPid();
    }

    /** Cuts the connection off on which the database sends its log; the engine then ends by itself. Any thread. */
    void abandon() {
        tap.cutOff();
    }

    @Override
    public void close() {
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        boolean interrupted = false;
        while (thread.isAlive() && System.nanoTime() < deadline) {
            tap.stop();
            askToEnd();
            try {
                thread.join(POLL.toMillis());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        TextPostgresConnector.forget(name);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void askToEnd() {
        try {
            engine.close();
        } catch (IllegalStateException e) {
            // It is just starting its task, which must not be disturbed, or it is ending already: look again.
        } catch (IOException e) {
            // Declared by the interface; the engine's thread decides whether it has ended.
        }
    }
}
