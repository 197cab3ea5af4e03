package io.gemel.apply.api;

import io.gemel.reason.RowRoom;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Configuration of the applying side of a site, validated as a whole.
 *
 * @param site where changes are applied
 * @param peer whose log is applied
 * @param jdbcUrl the site's database
 * @param replicated the tables that may be written; a record that names another one halts the applier
 * @param refusal why a table is not replicated although its configuration matches it, if so; a record that names one is
 *     parked
 * @param kafka client settings for the broker that holds the peer's log
 * @param topic topic of the peer's log
 * @param groupRowsMax maximum number of changes in one database transaction, unless one incoming transaction has more
 * @param queueBytesMax maximum size of the peer's encoded log records that wait in memory to be applied, in bytes
 * @param rowRoom memory for the values of a changed row
 * @param lockTimeout longest wait for a row lock before the database transaction is rolled back and retried
 * @param lockKillAfter after how long a session that holds a lock which the applier needs is terminated; zero for never
 * @param catchUpTimeout longest wait, holding row locks, for capture to read what committed before them
 * @param heartbeatInterval between two writes of {@code gemel.heartbeat}, which advances the horizon and idle logs
 * @param haltRetryInterval between two retries of a halted applier, so that it resumes automatically once the cause is
 *     fixed
 * @param parkedMax maximum number of parked transactions; at the next one the applier halts
 * @param clockAheadMax how far an incoming version may be ahead of the local clock
 * @param journalRetention how long conflicts are kept in {@code gemel.journal}
 * @param submissionRetention how long submissions of this site are kept in {@code gemel.submission}
 */
public record ApplyConfig(
        SiteId site,
        SiteId peer,
        String jdbcUrl,
        String user,
        String password,
        Predicate<TableId> replicated,
        Function<TableId, Optional<String>> refusal,
        Map<String, Object> kafka,
        String topic,
        int groupRowsMax,
        long queueBytesMax,
        RowRoom rowRoom,
        Duration lockTimeout,
        Duration lockKillAfter,
        Duration catchUpTimeout,
        Duration heartbeatInterval,
        Duration haltRetryInterval,
        int parkedMax,
        Duration clockAheadMax,
        Duration journalRetention,
        Duration submissionRetention) {
    public ApplyConfig {
        kafka = Map.copyOf(kafka);
        if (site.equals(peer)) {
            throw new IllegalArgumentException("site and peer are both " + site);
        }
        if (groupRowsMax < 1 || queueBytesMax < 1) {
            throw new IllegalArgumentException("apply.group.rows.max and the queue's size must be at least 1");
        }
    }

    @Override
    public String toString() {
        return "ApplyConfig[" + site + " applies " + peer + " into " + jdbcUrl + " as " + user + "]";
    }
}
