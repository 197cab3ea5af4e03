package io.gemel.router;

import org.jspecify.annotations.Nullable;

/**
 * Where a submission is for.
 *
 * @param group whose VMs may have it
 * @param vm one of them that its client was answered by before; null for any
 */
record Destination(String group, @Nullable String vm) {}
