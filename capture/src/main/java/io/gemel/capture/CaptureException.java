package io.gemel.capture;

import io.gemel.conflict.LogException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/** Capture cannot go on, and says whether trying again may help. Every failure of capture is classified here and nowhere else. */
public final class CaptureException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What to do about it. */
    public enum Classification {
        /** Start capture again: a server was away, a connection broke, another process took over. */
        RETRY,
        /** A person must mend something first; the message says what and how. */
        HALT
    }

    /** SQLSTATE classes and codes that no new attempt changes. */
    private static final Set<String> HALTING_STATE_CLASSES = Set.of("0A", "22", "28", "2F", "3D", "3F", "42");

    private final Classification classification;

    private CaptureException(Classification classification, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.classification = classification;
    }

    static CaptureException halt(String message) {
        return new CaptureException(Classification.HALT, message, null);
    }

    static CaptureException halt(String message, Throwable cause) {
        return new CaptureException(Classification.HALT, message, cause);
    }

    /** The window could not spill: nothing goes on before there is room, and then all of it is read again. */
    static CaptureException noRoom(UncheckedIOException why) {
        return halt(String.valueOf(Objects.requireNonNull(why.getCause()).getMessage()), why);
    }

    static CaptureException retry(String message) {
        return new CaptureException(Classification.RETRY, message, null);
    }

    /**
     * Classifies any failure.
     *
     * @param doing what was being attempted, to begin the message with
     */
    static CaptureException of(String doing, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CaptureException known) {
                return known;
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Classification classification = classify(cause);
            if (classification != null) {
                return new CaptureException(classification, doing + ": " + cause.getMessage(), failure);
            }
        }
        return new CaptureException(Classification.RETRY, doing + ": " + failure, failure);
    }

    private static @Nullable Classification classify(Throwable cause) {
        if (cause instanceof SQLException sql && sql.getSQLState() != null) {
            String state = sql.getSQLState();
            return state.length() == 5 && HALTING_STATE_CLASSES.contains(state.substring(0, 2))
                    ? Classification.HALT
                    : Classification.RETRY;
        }
        if (cause instanceof IOException) {
            return Classification.RETRY;
        }
        if (cause instanceof LogException
                || cause instanceof AuthenticationException
                || cause instanceof AuthorizationException
                || cause instanceof InvalidConfigurationException
                || cause instanceof InvalidTopicException
                || cause instanceof RecordTooLargeException
                || cause instanceof UnsupportedVersionException) {
            return Classification.HALT;
        }
        return null;
    }

    public Classification classification() {
        return classification;
    }
}
