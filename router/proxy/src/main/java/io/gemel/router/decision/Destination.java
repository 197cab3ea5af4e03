package io.gemel.router.decision;

import org.jspecify.annotations.Nullable;

/**
 * Destination of a submission.
 *
 * @param group whose VMs may have it
 * @param vm one of them that its client was answered by before; null for any
 */
public record Destination(String group, @Nullable String vm) {}
