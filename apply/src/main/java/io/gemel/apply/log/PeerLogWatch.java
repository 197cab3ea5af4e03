package io.gemel.apply.log;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;

/**
 * Finds out why nothing arrives from the peer: its Kafka does not answer, or the peer itself writes nothing. For a
 * thread that may block; the {@link PeerPulse} knows what has arrived so far.
 */
public final class PeerLogWatch implements AutoCloseable {
    /** How long Kafka may take to answer before it counts as unreachable; the next look asks again. */
    static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    /** After this long without a record Kafka is queried. */
    private static final Duration ASK_AFTER = Duration.ofSeconds(5);

    private final ApplyConfig config;
    private final PeerPulse pulse;
    private final Reasons reasons;
    private final PeerLogEndOffset end;
    private final LongSupplier nanoTime;
    private long answersNanos; // since when Kafka has answered each question
    private boolean unreachable;

    public PeerLogWatch(ApplyConfig config, PeerPulse pulse, Reasons reasons, LongSupplier nanoTime) {
        this.config = config;
        this.pulse = pulse;
        this.reasons = reasons;
        this.nanoTime = nanoTime;
        answersNanos = nanoTime.getAsLong();
        end = new PeerLogEndOffset(config, "watch");
    }

    /** Looks once. */
    public void look() {
        Duration silence = pulse.silence();
        if (silence.compareTo(ASK_AFTER) < 0) {
            reasons.over(ReasonCode.APPLY_PEER_KAFKA_UNREACHABLE);
            reasons.over(ReasonCode.APPLY_PEER_SILENT);
            unreachable = false;
            answersNanos = nanoTime.getAsLong() - silence.toNanos();
            return;
        }
        try {
            end.ask(ANSWER_LIMIT);
        } catch (KafkaException e) {
            unreachable = true;
            reasons.over(ReasonCode.APPLY_PEER_SILENT);
            reasons.waiting(
                    ReasonCode.APPLY_PEER_KAFKA_UNREACHABLE,
                    "",
                    silence,
                    () -> unreachable(String.valueOf(e.getMessage())));
            return;
        }
        reasons.over(ReasonCode.APPLY_PEER_KAFKA_UNREACHABLE);
        if (unreachable) {
            unreachable = false;
            answersNanos = nanoTime.getAsLong(); // the peer needs a moment to write again, too
        }
        Duration alone = Duration.ofNanos(nanoTime.getAsLong() - answersNanos);
        reasons.waiting(ReasonCode.APPLY_PEER_SILENT, "", alone, this::silent);
    }

    private String kafka() {
        return "Kafka at " + config.kafka().get("bootstrap.servers");
    }

    private String unreachable(String cause) {
        return kafka() + ", which holds the log of " + config.peer() + ", does not answer for topic " + config.topic()
                + " (" + cause
                + "). Check that its brokers run, that this machine reaches them and that the topic exists. Nothing"
                + " is lost: applying resumes automatically when it answers";
    }

    private String silent() {
        return "nothing arrives from " + config.peer() + ", not even a heartbeat, although " + kafka()
                + " answers: its site process does not run, is frozen or cannot write to its log. Check it with"
                + " gemel status and its file";
    }

    @Override
    public void close() {
        end.close();
    }
}
