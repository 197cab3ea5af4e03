package io.gemel.deploy.check;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.gemel.deploy.config.Cause;
import java.util.Locale;

/**
 * A problem that would stop or endanger replication, or that its operators should know.
 *
 * @param severity whether it stops replication
 * @param cause its cause
 * @param site the site it was found at, or both
 * @param subject what it is about: a table, a setting, a role
 * @param problem what is wrong with it
 * @param fix what to do about it
 * @param acknowledged whether the operator has acknowledged it; never true for an error
 */
public record Finding(
        Severity severity,
        @JsonProperty("id") Cause cause,
        String site,
        String subject,
        String problem,
        @JsonProperty("mend") String fix,
        boolean acknowledged) {
    /** How bad a finding is. */
    public enum Severity {
        /** Replication would stop, or the sites would differ. */
        ERROR,
        /** Replication works, but something may surprise its operators. */
        WARNING,
        /** Nothing is wrong: how Gemel deals with what it found. */
        NOTE;

        /** As it is printed, on lines and in JSON. */
        @JsonValue
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The finding on one line. */
    @Override
    public String toString() {
        return severity.word() + " " + site + " " + subject + " " + problem + ": " + fix + " [" + cause.id() + "]";
    }
}
