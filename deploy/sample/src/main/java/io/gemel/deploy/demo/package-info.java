/**
 * Two complete sites on one machine, with servers of their own: {@link io.gemel.deploy.demo.TwoEmbeddedSites} sets them up for
 * the demo and the benchmark, and the rest is {@code gemel demo}, which shows a person what Gemel does.
 */
@NullMarked
package io.gemel.deploy.demo;

import org.jspecify.annotations.NullMarked;
