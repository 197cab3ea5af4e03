package io.gemel.vm;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A committed row of the ledger.
 *
 * @param answer what was answered; null when the key was fenced
 */
record LedgerEntry(
        String key,
        @Nullable String fingerprint,
        long attempt,
        String site,
        String vm,
        String status,
        @Nullable Answer answer,
        @Nullable Instant at) {
    /** Only ever visible inside the transaction that claims the key. */
    static final String RUNNING = "running";

    static final String EXECUTED = "executed";
    static final String REJECTED = "rejected";

    /** Refused, but not permanently: a later request may take over the key. */
    static final String DECLINED = "declined";

    static final String FENCED = "fenced";

    /** Returns whether both name a request, and not the same one. */
    boolean isOfAnotherRequest(@Nullable String other) {
        return fingerprint != null && other != null && !fingerprint.equals(other);
    }
}
