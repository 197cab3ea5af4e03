package io.gemel.deploy.site;

import io.gemel.capture.Capture;
import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.api.CaptureListener;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.reason.ReasonListener;
import io.gemel.reason.Reasons;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongUnaryOperator;

/**
 * The checks that a site process makes of its log and its database before it writes anything, for commands that are not
 * one. Only reads.
 */
public final class LogExamination {
    private LogExamination() {}

    /**
     * Asks whether a site process that starts now would be refused its log: it belongs to another database, or cannot be continued.
     *
     * @return why it would halt, with what to do; empty when it would not, or when that cannot be told now
     */
    public static Optional<String> ofStart(SiteConfig config) {
        return refusal(capture(config), Capture::examine);
    }

    /**
     * Asks whether the database may be prepared for the log that is there.
     *
     * @param user whom to ask the database as
     * @param password that role's
     * @return what was found; neither refused nor sealed when it cannot be told now
     */
    public static Preparing ofPreparing(SiteConfig config, String user, Secret password) {
        AtomicBoolean sealed = new AtomicBoolean();
        Optional<String> refusal = refusal(
                capture(config).as(user, password.text()), capture -> sealed.set(capture.examineBeforePreparing()));
        return new Preparing(refusal, sealed.get());
    }

    private static CaptureConfig capture(SiteConfig config) {
        return SiteModules.capture(
                config, LongUnaryOperator.identity(), new ReplicatedTables(config), SiteModules.rowRoom(config));
    }

    /**
     * Whether a database may be prepared.
     *
     * @param refusal why not, with what to do; empty when it may
     * @param sealed whether the log's last writer shut down cleanly, so that a new slot may continue the log
     */
    public record Preparing(Optional<String> refusal, boolean sealed) {}

    @FunctionalInterface
    private interface Question {
        void ask(Capture capture) throws CaptureException, InterruptedException;
    }

    private static Optional<String> refusal(CaptureConfig config, Question question) {
        Reasons reasons = new Reasons(InstantSource.system(), System::nanoTime, ReasonListener.NONE);
        try (Capture capture = new Capture(config, CaptureListener.NONE, reasons)) {
            question.ask(capture);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (CaptureException e) {
            if (e.classification() == CaptureException.Classification.HALT) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }
        return Optional.empty();
    }
}
