package io.gemel.deploy.verdict;

import io.gemel.deploy.config.Cause;

/**
 * Something in the way of replication that preparing cannot put right, or has not yet.
 *
 * @param cause what is behind it
 * @param subject what it is about
 * @param problem what is wrong with it
 * @param mend what to do about it
 */
public record Blocker(Cause cause, String subject, String problem, String mend) {
    @Override
    public String toString() {
        return subject + " " + problem + ": " + mend;
    }
}
