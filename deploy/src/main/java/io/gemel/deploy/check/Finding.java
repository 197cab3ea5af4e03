package io.gemel.deploy.check;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * One thing that would stop or endanger replication.
 *
 * @param severity whether it stops replication
 * @param site the site it was found at, or both
 * @param subject what it is about: a table, a setting, a role
 * @param problem what is wrong with it
 * @param mend what to do about it
 */
public record Finding(Severity severity, String site, String subject, String problem, String mend) {
    /** How bad a finding is. */
    public enum Severity {
        /** Replication would stop, or the sites would differ. */
        ERROR,
        /** Replication works, but something may surprise its operators. */
        WARNING;

        /** As it is printed, on lines and in JSON. */
        @JsonValue
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public String toString() {
        return severity.word() + " " + site + " " + subject + " " + problem + ": " + mend;
    }
}
