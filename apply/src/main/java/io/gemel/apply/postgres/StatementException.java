package io.gemel.apply.postgres;

import java.sql.SQLException;

/** An error of a statement whose text is known. */
final class StatementException extends SQLException {
    private static final long serialVersionUID = 1L;

    private final String statement;

    StatementException(String statement, SQLException cause) {
        super(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
        this.statement = statement;
    }

    /** What was run. */
    String statement() {
        return statement;
    }
}
