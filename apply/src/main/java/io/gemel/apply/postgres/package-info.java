/** The target database as PostgreSQL. The only package of apply that knows JDBC, jOOQ and the pool. */
@NullMarked
package io.gemel.apply.postgres;

import org.jspecify.annotations.NullMarked;
