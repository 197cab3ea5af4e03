package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The database server's clock against this machine's. Winners never depend on it, but versions and lag are easier to read when it is right. */
final class ClockCheck implements DatabaseCheck {
    private static final Duration SKEW_MAX = Duration.ofSeconds(1);

    private final InstantSource clock;

    ClockCheck(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        Instant asked = clock.instant();
        String micros = Sql.text(site.connection(), "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
        Instant answered = clock.instant();
        Instant told = Instant.EPOCH.plusNanos(Math.multiplyExact(Long.parseLong(micros), 1000));
        // The server looked at its clock somewhere between question and answer.
        Duration skew = told.isBefore(asked) ? Duration.between(told, asked) : Duration.between(answered, told);
        if (skew.compareTo(SKEW_MAX) > 0) {
            findings.of(Cause.CLOCK)
                    .warning(
                            "clock",
                            "of the database server differs from this machine's by " + skew.toMillis() + " ms",
                            "run a time service (chrony, ntpd) on both");
        }
    }
}
