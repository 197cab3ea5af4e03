package io.gemel.apply.target;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the applier's session does at this moment.
 *
 * @param lockWait what it waits for; null when it waits for no lock
 * @param statement its statement, shortened; empty when it runs none
 * @param running for how long that statement has been running
 */
public record TargetActivity(@Nullable LockWait lockWait, String statement, Duration running) {}
