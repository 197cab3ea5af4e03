/**
 * Parked transactions: listing them, and a person's decisions about them. Depends on database, config, command and the
 * record format; the site process executes a decision.
 */
@NullMarked
package io.gemel.deploy.parked;

import org.jspecify.annotations.NullMarked;
