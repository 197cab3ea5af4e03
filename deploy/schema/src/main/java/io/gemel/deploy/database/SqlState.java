package io.gemel.deploy.database;

import java.sql.SQLException;

/** The SQLSTATE codes that commands distinguish. */
public final class SqlState {
    public static final String FOREIGN_KEY_VIOLATION = "23503";
    public static final String UNIQUE_VIOLATION = "23505";
    public static final String EXCLUSION_VIOLATION = "23P01";
    public static final String INSUFFICIENT_PRIVILEGE = "42501";
    public static final String LOCK_NOT_AVAILABLE = "55P03";
    public static final String QUERY_CANCELED = "57014";

    private SqlState() {}

    /** The code a failure carries; empty when it carries none. */
    public static String of(SQLException failure) {
        String state = failure.getSQLState();
        return state == null ? "" : state;
    }
}
