package io.gemel.transaction;

import java.util.List;

/**
 * The session settings under which PostgreSQL's own text of a value is that value, bit for bit, and the same at both sites, whatever a role
 * or a database prefers. Values travel and are compared as texts, so every session that reads or writes one as text begins with these.
 */
public final class ValueText {
    /**
     * One statement each, for a session that takes no more at once. Dates are printed and read alike in either order of day and month; MDY is
     * the server's own default, under which a constraint or a trigger of the application most probably was written.
     */
    public static final List<String> SETTINGS = List.of(
            "SET datestyle = 'ISO, MDY'",
            "SET intervalstyle = 'postgres'",
            "SET timezone = 'UTC'",
            "SET extra_float_digits = 1",
            "SET bytea_output = 'hex'",
            "SET lc_monetary = 'C'",
            "SET xmloption = 'content'",
            "SET array_nulls = on");

    /** All of them in one text, which more statements may follow. */
    public static final String SCRIPT = String.join("; ", SETTINGS) + ";";

    private ValueText() {}
}
