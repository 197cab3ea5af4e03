package io.gemel.apply.postgres;

import io.gemel.reason.Advice;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What to do about an error of the database that a new try does not end. Pure. */
enum SqlAdvice {
    LOGIN(Advice.APPLY_LOGIN, "check database.user and database.password"),
    DATABASE(Advice.APPLY_DATABASE, "check database.url"),
    OWN_SCHEMA(Advice.APPLY_OWN_SCHEMA, "run 'gemel prepare' with this version of Gemel"),
    ROW_SECURITY(
            Advice.APPLY_ROW_SECURITY,
            "row-level security must not apply to the site's role: as a superuser, ALTER ROLE with the role of"
                    + " database.user and BYPASSRLS; replication then resumes automatically"),
    PRIVILEGE(
            Advice.APPLY_PRIVILEGE,
            "run 'gemel prepare' as an administrator to grant what is missing; if it grants nothing, GRANT it to the"
                    + " role of database.user yourself. Replication then resumes automatically"),
    PRIVILEGE_OF_FUNCTION(
            Advice.APPLY_PRIVILEGE,
            "a function that this site's table calls uses it: GRANT it to the role of database.user; replication then resumes automatically"),
    SETTING(
            Advice.APPLY_SETTING,
            "an expression of this site, of a row-level security policy for instance, needs a setting that the"
                    + " site's role does not have: ALTER ROLE with the role of database.user and BYPASSRLS, or SET"
                    + " the parameter for that role and restart 'gemel site'"),
    SEARCH_PATH(
            Advice.APPLY_SEARCH_PATH,
            "a function that this site's table calls does not find it: name it there with its schema, or ALTER ROLE"
                    + " with the role of database.user and SET search_path, and restart 'gemel site'. The role needs"
                    + " USAGE on that schema, and a GRANT of what the function uses there"),
    SCHEMAS(Advice.APPLY_SCHEMAS, "the schemas of the two sites differ: create here the objects that the peer has"),
    PARTITION(
            Advice.APPLY_PARTITION,
            "create the partition here as at the peer. Apply what is parked by then with 'gemel parked FILE retry"
                    + " ID'; if the peer has dropped the partition, too, use 'gemel parked FILE discard ID'"),
    TYPE(
            Advice.APPLY_TYPE,
            "the type has another definition at the peer: add the label here (ALTER TYPE ... ADD VALUE), or the"
                    + " attribute (ALTER TYPE ... ADD ATTRIBUTE). Apply what is parked by then with 'gemel parked"
                    + " FILE retry ID'"),
    CONSTRAINT(
            Advice.APPLY_CONSTRAINT,
            "a constraint of this site rejects a row that the peer accepted: make the constraints of the two sites"
                    + " equal and run 'gemel parked FILE retry ID', or it rejects the sum of both sites' increments:"
                    + " 'gemel parked FILE discard ID' keeps this site's row"),
    INDEX(
            Advice.APPLY_INDEX,
            "an index of this site cannot hold a value that the peer accepted: make the indexes of the two sites equal and run"
                    + " 'gemel parked FILE retry ID'"),
    DEPTH(
            Advice.APPLY_DEPTH,
            "a value is nested more deeply than max_stack_depth of this server allows: set it as at the peer"),
    NARROWER(
            Advice.APPLY_NARROWER,
            "a column of this site is narrower than the peer's: ALTER TABLE here, then run 'gemel parked FILE retry ID'"),
    RANGE(
            Advice.APPLY_RANGE,
            "a column of this site is narrower than the peer's: ALTER TABLE here, then run 'gemel parked FILE retry"
                    + " ID'; or the sum of both sites' increments is too large for it: 'gemel parked FILE discard"
                    + " ID' keeps this site's row");

    private static final Pattern OWN_STATEMENT = Pattern.compile("(?:INTO|FROM|UPDATE|TABLE) gemel\\.");

    private final Advice advice;
    private final String text;

    SqlAdvice(Advice advice, String text) {
        this.advice = advice;
        this.text = text;
    }

    /**
     * The error's own text and what to do.
     *
     * @param statement what was being run, as far as that is known; an error about a column does not name its table's schema
     */
    static String behind(String message, String state, String statement) {
        SqlAdvice found = find(state, message, statement);
        return found == null ? Advice.APPLY_DATABASE_REFUSES.in(message) : found.advice.in(message + "; " + found.text);
    }

    private static SqlAdvice ofPrivileges(String message) {
        if (message.contains("row-level security")) {
            return ROW_SECURITY;
        }
        return isWithinFunction(message) ? PRIVILEGE_OF_FUNCTION : PRIVILEGE;
    }

    private static boolean isWithinFunction(String message) {
        int where = message.indexOf("Where:");
        return where >= 0 && message.indexOf("function", where) >= 0;
    }

    private static @Nullable SqlAdvice find(String state, String message, String statement) {
        return switch (state) {
            case "28000", "28P01" -> LOGIN;
            case "3D000" -> DATABASE;
            case "42501" -> ofPrivileges(message);
            case "42P01", "42703", "42704", "42883" -> ofNames(message, statement);
            case "23514" -> isAboutPartitions(message) ? PARTITION : CONSTRAINT;
            case "23502", "23503" -> CONSTRAINT;
            case "22P02" -> TYPE;
            case "54000" -> INDEX;
            case "54001" -> DEPTH;
            case "22001" -> NARROWER;
            case "22003" -> RANGE;
            default -> null;
        };
    }

    private static SqlAdvice ofNames(String message, String statement) {
        if (message.contains("\"gemel.")
                || OWN_STATEMENT.matcher(message + statement).find()) {
            return OWN_SCHEMA;
        }
        if (message.contains("unrecognized configuration parameter")) {
            return SETTING;
        }
        return isWithinFunction(message) ? SEARCH_PATH : SCHEMAS;
    }

    /** Returns whether a row fits no partition, although no named constraint rejects it. */
    static boolean isAboutPartitions(String message) {
        return message.contains("no partition of relation") || message.contains("violates partition constraint");
    }
}
