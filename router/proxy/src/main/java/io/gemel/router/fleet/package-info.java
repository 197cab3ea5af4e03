/**
 * The VMs and their health: discovery, registration, heartbeats, failover of sites, draining. It writes into the state
 * that the package {@code decision} reads.
 */
@NullMarked
package io.gemel.router.fleet;

import org.jspecify.annotations.NullMarked;
