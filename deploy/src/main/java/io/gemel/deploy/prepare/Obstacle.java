package io.gemel.deploy.prepare;

/**
 * Something in the way of replication that preparing cannot put right, or has not yet.
 *
 * @param subject what it is about
 * @param problem what is wrong with it
 * @param mend what to do about it
 */
public record Obstacle(String subject, String problem, String mend) {
    @Override
    public String toString() {
        return subject + " " + problem + ": " + mend;
    }
}
