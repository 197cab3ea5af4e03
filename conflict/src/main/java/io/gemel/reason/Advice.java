package io.gemel.reason;

import java.util.Locale;

/**
 * Every text that tells a person what to do before replication continues, with a stable name: each halt, and each cause
 * for which a transaction is parked. The text ends with the name in brackets; docs/operate.md describes each, and tests
 * hold that page to this list and follow each advice.
 */
public enum Advice {
    CAPTURE_DATABASE_REFUSES,
    CAPTURE_KAFKA_REFUSES,
    CAPTURE_SPILL_FAILS,
    CAPTURE_RECORD_TOO_LARGE,
    CAPTURE_RECORD_NEWER,
    CAPTURE_RECORD_DAMAGED,
    CAPTURE_PEERS_DATABASE,
    CAPTURE_OTHER_DATABASE,
    CAPTURE_LEFT_BEHIND,
    CAPTURE_TAKEN_OVER,
    CAPTURE_SHARED_TOPIC,
    CAPTURE_TOPIC_MISSING,
    CAPTURE_TOPIC_PARTITIONS,
    CAPTURE_LOG_LOST,
    CAPTURE_LOG_EMPTIED,
    CAPTURE_LOG_SHORTER,
    CAPTURE_LOG_DISORDER,
    CAPTURE_PUBLICATION_MISSING,
    CAPTURE_PUBLICATION_PARTIAL,
    CAPTURE_PUBLICATION_CHANGED,
    CAPTURE_SLOT_MISSING,
    CAPTURE_SLOT_PLUGIN,
    CAPTURE_SLOT_ELSEWHERE,
    CAPTURE_SLOT_GIVEN_UP,
    CAPTURE_SLOT_LOST,
    CAPTURE_SLOT_AHEAD,
    CAPTURE_HISTORY_SHORTER,
    CAPTURE_HISTORY_DIFFERS,
    CAPTURE_OWN_ROW_DAMAGED,
    CAPTURE_PARTIAL_ROWS,
    CAPTURE_UNKNOWN_TABLE,
    CAPTURE_KEY_CHANGED,
    CAPTURE_VALUE_MISSING,
    CAPTURE_ROW_TOO_LARGE,
    APPLY_DATABASE_REFUSES,
    APPLY_LOGIN,
    APPLY_DATABASE,
    APPLY_OWN_SCHEMA,
    APPLY_ROW_SECURITY,
    APPLY_ROW_HIDDEN,
    APPLY_PRIVILEGE,
    APPLY_SETTING,
    APPLY_SEARCH_PATH,
    APPLY_SCHEMAS,
    APPLY_PARTITION,
    APPLY_TYPE,
    APPLY_CONSTRAINT,
    APPLY_INDEX,
    APPLY_DEPTH,
    APPLY_NARROWER,
    APPLY_RANGE,
    APPLY_TABLE_MISSING,
    APPLY_TABLE_NOT_REPLICATED,
    APPLY_TABLE_REFUSED,
    APPLY_COLUMN_MISSING,
    APPLY_KEY_DIFFERS,
    APPLY_KEYS_EQUAL,
    APPLY_WITHHELD,
    APPLY_POLICY,
    APPLY_RESOLVER,
    APPLY_ROW_DIVERGED,
    APPLY_COLLISION_LARGE,
    APPLY_ROW_TOO_LARGE,
    APPLY_CONFLICT_TOO_LARGE,
    APPLY_CONFLICTS_TOO_MANY,
    APPLY_CLOCK_AHEAD,
    APPLY_SUBMISSION_NOT_FIRST,
    APPLY_SUBMISSION_EMPTIED,
    APPLY_PARKED_ROW,
    APPLY_PARKED_ROW_LARGE,
    APPLY_PARKED_FULL,
    APPLY_PARKED_DAMAGED,
    APPLY_WINDOW_DAMAGED,
    APPLY_KAFKA_REFUSES,
    APPLY_TOPIC_MISSING,
    APPLY_TOPIC_PARTITIONS,
    APPLY_RECORD_NEWER,
    APPLY_RECORD_DAMAGED,
    APPLY_LOG_SHORTER,
    APPLY_LOG_EXPIRED,
    APPLY_LOG_DISORDER;

    private final String code;

    Advice() {
        code = name().replaceFirst("_", ".").replace('_', '-').toLowerCase(Locale.ROOT);
    }

    /** Its stable name, for example {@code capture.slot-lost}. */
    public String code() {
        return code;
    }

    /** The text, with the name behind it. */
    public String in(String text) {
        return text + " [" + code + "]";
    }
}
