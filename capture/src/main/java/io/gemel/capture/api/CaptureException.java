package io.gemel.capture.api;

import io.gemel.conflict.log.LogException;
import io.gemel.reason.Advice;
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

/**
 * Capture cannot continue; says whether a retry may help. Every failure of capture is classified here and nowhere else.
 */
public final class CaptureException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What to do about it. */
    public enum Classification {
        /** Start capture again: a server was away, a connection broke, another process took over. */
        RETRY,
        /** A person must fix something first; the message says what and how. */
        HALT
    }

    /** SQLSTATE classes and codes that no new attempt changes. */
    private static final Set<String> HALTING_STATE_CLASSES = Set.of("0A", "22", "28", "2F", "3D", "3F", "42");

    private static final String LOGIN =
            "; correct the login in kafka.* and restart 'gemel site', or let it read and write the topic:"
                    + " kafka-acls.sh --add --topic TOPIC --operation All --allow-principal User:...";

    private final Classification classification;

    private CaptureException(Classification classification, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.classification = classification;
    }

    public static CaptureException halt(Advice advice, String message) {
        return new CaptureException(Classification.HALT, advice.in(message), null);
    }

    public static CaptureException halt(Advice advice, String message, Throwable cause) {
        return new CaptureException(Classification.HALT, advice.in(message), cause);
    }

    /** The window could not spill: capture continues only when there is space, and then reads everything again. */
    public static CaptureException noRoom(UncheckedIOException why) {
        return halt(
                Advice.CAPTURE_SPILL_FAILS,
                String.valueOf(Objects.requireNonNull(why.getCause()).getMessage()),
                why);
    }

    public static CaptureException retry(String message) {
        return new CaptureException(Classification.RETRY, message, null);
    }

    /**
     * Classifies any failure.
     *
     * @param doing what was being attempted, to begin the message with
     */
    public static CaptureException of(String doing, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CaptureException known) {
                return known;
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = doing + ": " + cause.getMessage();
            Advice advice = halting(cause);
            if (advice != null) {
                return halt(advice, message + (isRefusedLogin(cause) ? LOGIN : ""), failure);
            }
            if (cause instanceof IOException || (cause instanceof SQLException sql && sql.getSQLState() != null)) {
                return new CaptureException(Classification.RETRY, message, failure);
            }
        }
        return new CaptureException(Classification.RETRY, doing + ": " + failure, failure);
    }

    /** The others that Kafka refuses say themselves what they lack: a setting of the topic, or a newer broker. */
    private static boolean isRefusedLogin(Throwable cause) {
        return cause instanceof AuthenticationException || cause instanceof AuthorizationException;
    }

    private static @Nullable Advice halting(Throwable cause) {
        if (cause instanceof SQLException sql) {
            String state = String.valueOf(sql.getSQLState());
            return state.length() == 5 && HALTING_STATE_CLASSES.contains(state.substring(0, 2))
                    ? Advice.CAPTURE_DATABASE_REFUSES
                    : null;
        }
        if (cause instanceof LogException) {
            return Advice.CAPTURE_LOG_DISORDER;
        }
        return isRefusedLogin(cause)
                        || cause instanceof InvalidConfigurationException
                        || cause instanceof InvalidTopicException
                        || cause instanceof RecordTooLargeException
                        || cause instanceof UnsupportedVersionException
                ? Advice.CAPTURE_KAFKA_REFUSES
                : null;
    }

    public Classification classification() {
        return classification;
    }
}
