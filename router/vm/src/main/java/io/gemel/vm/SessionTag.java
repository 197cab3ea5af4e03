package io.gemel.vm;

import java.time.Duration;
import java.util.Map;

/** How the sessions of a VM are known to the database, and how quickly it notices that the VM's machine is gone. */
final class SessionTag {
    private static final String PREFIX = "gemel-vm:";

    /** How long the database lets sent bytes go unacknowledged; as long, altogether, as it probes a silent connection. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(2);

    /** How much longer than a submission lasts the driver waits for a silent database; only a net below the library's own limit. */
    private static final Duration SOCKET_GRACE = Duration.ofSeconds(10);

    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    private SessionTag() {}

    static String of(String vm) {
        return PREFIX + vm;
    }

    /** Properties of the PostgreSQL driver. */
    static Map<String, String> properties(String vm, VmLimits limits) {
        return Map.of(
                "ApplicationName",
                of(vm),
                "options",
                "-c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2 -c tcp_user_timeout="
                        + SILENCE_MAX.toMillis(),
                "tcpKeepAlive",
                "true",
                "connectTimeout",
                Long.toString(CONNECT_MAX.toSeconds()),
                "socketTimeout",
                Long.toString(limits.time().plus(SOCKET_GRACE).toSeconds()));
    }
}
