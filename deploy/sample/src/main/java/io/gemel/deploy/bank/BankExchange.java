package io.gemel.deploy.bank;

import java.time.Duration;
import java.util.Optional;

/**
 * One submission as its client saw it: the client's log, which is all that a claim about lost or doubled work may rest on.
 *
 * @param key the submission's
 * @param path where it was sent
 * @param body what was sent
 * @param intended when the client wanted to send it, {@link System#nanoTime}
 * @param ended when it got its last answer or gave up
 * @param tries how often the client sent it
 * @param reply the last answer; empty when there never was one
 * @param failure why the last try had no answer; empty when it had
 */
public record BankExchange(
        String key,
        String path,
        String body,
        long intended,
        long ended,
        int tries,
        Optional<BankReply> reply,
        String failure) {

    public boolean isAcknowledged() {
        return reply.filter(BankReply::isAcknowledged).isPresent();
    }

    public boolean isRefused() {
        return reply.filter(BankReply::isRefused).isPresent();
    }

    /** Answered for good at the first try. */
    public boolean isSmooth() {
        return tries == 1 && reply.filter(BankReply::isFinal).isPresent();
    }

    /** From the moment when it should have been sent: what waited behind others counts. */
    public Duration latency() {
        return Duration.ofNanos(ended - intended);
    }
}
