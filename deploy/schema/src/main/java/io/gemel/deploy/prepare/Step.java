package io.gemel.deploy.prepare;

/**
 * One thing that is missing, and the statement that adds it, in a transaction of its own.
 *
 * @param by who must run it
 * @param subject what lacks something
 * @param problem what it lacks
 * @param sql the statement, without a semicolon
 */
record Step(Runner by, String subject, String problem, String sql) {
    /** Who a statement needs. */
    enum Runner {
        /** The owner of the replicated tables, or a superuser. */
        ADMINISTRATOR,
        /** The role that the site process works as. */
        SITE_ROLE
    }

    static Step administrator(String subject, String problem, String sql) {
        return new Step(Runner.ADMINISTRATOR, subject, problem, sql);
    }

    static Step siteRole(String subject, String problem, String sql) {
        return new Step(Runner.SITE_ROLE, subject, problem, sql);
    }
}
