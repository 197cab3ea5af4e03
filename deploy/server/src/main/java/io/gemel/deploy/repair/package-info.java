/**
 * Rows that differ from the peer's: the repair of a row at which a site is halted. Depends on database, config and
 * command; the site process executes a request.
 */
@NullMarked
package io.gemel.deploy.repair;

import org.jspecify.annotations.NullMarked;
