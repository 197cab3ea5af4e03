/** PostgreSQL as the target database. The only package of apply that depends on JDBC and the pool. */
@NullMarked
package io.gemel.apply.postgres;

import org.jspecify.annotations.NullMarked;
