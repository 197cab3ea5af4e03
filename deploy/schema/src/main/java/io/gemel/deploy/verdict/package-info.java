/**
 * What can be replicated: one set of rules over facts from the catalog, shared by {@code check}, {@code prepare} and
 * the site process. {@link io.gemel.deploy.verdict.SiteVerdict} reads the facts and evaluates the rules, which are
 * pure.
 */
@NullMarked
package io.gemel.deploy.verdict;

import org.jspecify.annotations.NullMarked;
