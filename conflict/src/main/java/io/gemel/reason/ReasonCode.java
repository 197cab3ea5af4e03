package io.gemel.reason;

import java.util.Locale;

/**
 * Every kind of reason. The names are stable, because operators' alerts refer to them; docs/monitoring.md describes
 * each, and a test compares the two.
 */
public enum ReasonCode {
    /** Another process of the same site is at work. */
    SITE_STANDBY(true),
    /** The database does not answer. */
    SITE_DATABASE_UNREACHABLE(true),
    /** The site is still starting; the text names the step. */
    SITE_STARTING(true),
    /** The database as a whole cannot take part in replication. */
    SITE_REFUSED(true),
    /** The schema {@code gemel} lacks something that this release needs. */
    SITE_UNPREPARED(true),
    /** The set of tables that can be replicated has changed, so the site restarts. */
    SITE_TABLES_CHANGED(true),
    /** A table cannot be replicated as it is; the others are. */
    TABLE_REFUSED(true),
    /** A table that the configuration matches is not set up for replication. */
    TABLE_UNPREPARED(true),
    /** Capture found something that a person must fix. */
    CAPTURE_HALTED(true),
    /** Capture lost its database or its log and is restarting. */
    CAPTURE_RESTARTING(true),
    /** This site's Kafka does not acknowledge records, or does not answer. */
    CAPTURE_KAFKA_UNREACHABLE(true),
    /** The in-flight window is full, so capture waits until the peer was seen to have applied more. */
    CAPTURE_WINDOW_FULL(true),
    /** The database sends nothing of its log. */
    CAPTURE_DATABASE_SILENT(true),
    /** The applier found something that a person must fix. */
    APPLY_HALTED(true),
    /** The applier lost its database or the peer's log and is restarting. */
    APPLY_RESTARTING(true),
    /** An operator paused the applier. */
    APPLY_PAUSED(true),
    /** The same transactions have been retried repeatedly without success. */
    APPLY_RETRYING(true),
    /** Another session holds a lock that the applier needs. */
    APPLY_LOCK_WAIT(true),
    /** Capture has not read what the applier must know before it writes. */
    APPLY_CAPTURE_WAIT(true),
    /** A person's decision about a parked transaction cannot be executed yet. */
    APPLY_DECISION_WAIT(false),
    /** A statement of the applier has been running for long. */
    APPLY_STATEMENT_RUNNING(false),
    /** Another process has taken the peer's log over and publishes nothing, so the peer's transactions do not count. */
    APPLY_LOG_TAKEN_OVER(true),
    /** The peer's Kafka does not answer. */
    APPLY_PEER_KAFKA_UNREACHABLE(true),
    /** The peer's log can be read, but nothing has come for long, not even a heartbeat. */
    APPLY_PEER_SILENT(false);

    private final String code;
    private final boolean stops;

    ReasonCode(boolean stops) {
        int part = name().indexOf('_');
        code = (name().substring(0, part) + "." + name().substring(part + 1))
                .replace('_', '-')
                .toLowerCase(Locale.ROOT);
        this.stops = stops;
    }

    /** Its stable name, for example {@code apply.lock-wait}. */
    public String code() {
        return code;
    }

    /** Whether the site is not ready while it holds: replication in one direction is stopped. */
    public boolean stops() {
        return stops;
    }
}
