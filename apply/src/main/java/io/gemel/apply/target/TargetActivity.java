package io.gemel.apply.target;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Current activity of the applier's session.
 *
 * @param lockWait the lock that it waits for; null when it waits for none
 * @param statement its statement, shortened; empty when it runs none
 * @param running for how long that statement has been running
 */
public record TargetActivity(@Nullable LockWait lockWait, String statement, Duration running) {}
