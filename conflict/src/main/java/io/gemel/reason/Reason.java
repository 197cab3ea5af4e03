package io.gemel.reason;

import java.time.Instant;

/**
 * One reason that holds. Immutable.
 *
 * @param code its kind
 * @param subject what it concerns if there may be several of a kind, for example a table; empty otherwise
 * @param text the problem, and what to do about it
 * @param since when it began
 */
public record Reason(ReasonCode code, String subject, String text, Instant since) {}
