/** What a router counts, and what people are told of its VMs. No network. */
@NullMarked
package io.gemel.router.report;

import org.jspecify.annotations.NullMarked;
