/** A router's counters, and reports about its VMs. No network. */
@NullMarked
package io.gemel.router.report;

import org.jspecify.annotations.NullMarked;
