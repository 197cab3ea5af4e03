/**
 * Everything that would stop or endanger replication, found before it does: {@link io.gemel.deploy.check.Check} runs one small class per
 * subject against each site, and compares the sites when both are given. Only reads.
 */
@NullMarked
package io.gemel.deploy.check;

import org.jspecify.annotations.NullMarked;
