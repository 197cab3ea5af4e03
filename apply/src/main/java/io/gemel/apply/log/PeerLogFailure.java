package io.gemel.apply.log;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.reason.Advice;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** What a failure of the peer's Kafka means: it is away, or it refuses. Pure. */
final class PeerLogFailure {
    private PeerLogFailure() {}

    static ApplyFailure of(KafkaException failure, String topic) {
        String message = "the broker of the peer's log: " + failure.getMessage();
        if (failure instanceof UnsupportedVersionException) {
            return new ApplyFailure(Kind.HALT, Advice.APPLY_KAFKA_REFUSES, message + "; upgrade the brokers", failure);
        }
        return failure instanceof AuthenticationException || failure instanceof AuthorizationException
                ? new ApplyFailure(
                        Kind.HALT,
                        Advice.APPLY_KAFKA_REFUSES,
                        message
                                + "; correct the login in peer.kafka.* (or kafka.*) and restart 'gemel site', or let"
                                + " it read the topic: kafka-acls.sh --add --topic " + topic
                                + " --consumer --group '*' --allow-principal User:...",
                        failure)
                : new ApplyFailure(Kind.RETRY, message, failure);
    }
}
