/**
 * Watching a site: one {@link io.gemel.deploy.status.StatusReport} of all figures, shown over HTTP (as JSON and as Prometheus text), over JMX
 * and by {@code gemel status}. The page docs/monitoring.md describes every figure; a test compares the two.
 */
@NullMarked
package io.gemel.deploy.status;

import org.jspecify.annotations.NullMarked;
