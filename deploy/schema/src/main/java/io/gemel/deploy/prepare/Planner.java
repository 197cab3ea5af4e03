package io.gemel.deploy.prepare;

import java.sql.Connection;
import java.sql.SQLException;

/** Finds what one part of the database still needs. Only reads. */
@FunctionalInterface
interface Planner {
    /** Adds what is needed to the plan, in the order it must be run. */
    void plan(Connection connection, Target target, Plan plan) throws SQLException;
}
