/**
 * Transactions that are set aside for a person: what they are, and what the person decides. Below: database, config, command and the record
 * format; the site process carries a decision out.
 */
@NullMarked
package io.gemel.deploy.parked;

import org.jspecify.annotations.NullMarked;
