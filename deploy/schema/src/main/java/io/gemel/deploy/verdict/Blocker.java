package io.gemel.deploy.verdict;

import io.gemel.deploy.config.Cause;

/**
 * A problem that prevents replication and that preparing cannot fix, or has not yet.
 *
 * @param cause its cause
 * @param subject what it is about
 * @param problem what is wrong with it
 * @param fix what to do about it
 */
public record Blocker(Cause cause, String subject, String problem, String fix) {
    @Override
    public String toString() {
        return subject + " " + problem + ": " + fix;
    }
}
