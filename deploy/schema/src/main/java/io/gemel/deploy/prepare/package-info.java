/**
 * Setting up a site: {@link io.gemel.deploy.prepare.SitePreparation} compares what a site needs with what is there and
 * runs only the difference, so it can be repeated at any time. Statements that its role may not execute are printed as one
 * script for an administrator.
 */
@NullMarked
package io.gemel.deploy.prepare;

import org.jspecify.annotations.NullMarked;
