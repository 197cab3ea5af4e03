/**
 * Rows that differ from the peer's: what a person wants made of one at which a site is halted. Below: database, config and command; the site
 * process carries a request out.
 */
@NullMarked
package io.gemel.deploy.repair;

import org.jspecify.annotations.NullMarked;
