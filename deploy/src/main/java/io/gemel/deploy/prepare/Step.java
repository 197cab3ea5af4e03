package io.gemel.deploy.prepare;

/**
 * One statement that is still needed, in a transaction of its own.
 *
 * @param by who must run it
 * @param sql the statement, without a semicolon
 */
record Step(Runner by, String sql) {
    /** Who a statement needs. */
    enum Runner {
        /** The owner of the replicated tables, or a superuser. */
        ADMINISTRATOR,
        /** The role that the site process works as. */
        SITE_ROLE
    }

    static Step administrator(String sql) {
        return new Step(Runner.ADMINISTRATOR, sql);
    }

    static Step siteRole(String sql) {
        return new Step(Runner.SITE_ROLE, sql);
    }
}
