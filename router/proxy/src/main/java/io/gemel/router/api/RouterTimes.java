package io.gemel.router.api;

import java.time.Duration;
import java.util.List;

/**
 * Every duration of a router that an operator may configure.
 *
 * @param requestTimeout {@code request.timeout}: maximum wait of a client; its end is sent to the VM as Gemel-Deadline
 * @param idleTimeout {@code idle.timeout}: a client connection that is idle for this long is closed
 * @param headerTimeout {@code header.timeout}: from the first byte of a request to the end of its headers
 * @param bodyTimeout {@code body.timeout}: from the end of the headers to the end of the body
 * @param connectTimeout {@code connect.timeout}: for a connection to a VM or a site process
 * @param vmIdleTimeout {@code vm.idle.timeout}: an idle connection to a VM is closed after this time; must be below the
 *     VM's own
 * @param heartbeatInterval {@code heartbeat.interval}: to VMs of the router's own site
 * @param heartbeatIntervalRemote {@code heartbeat.interval.remote}: to VMs of other sites
 * @param verdictAvoid {@code verdict.avoid}: a VM silent for this long gets no new requests while another one can take
 *     them
 * @param verdictResubmit {@code verdict.resubmit}: a VM silent for this long is dead, and its requests in flight go
 *     elsewhere
 * @param verdictSiteDown {@code verdict.site.down}: a site whose VMs and process are silent for this long is down
 * @param durabilityTimeout {@code durability.timeout}: longest wait for a durability level after the commit
 * @param slowStart {@code slow.start}: how long a returning VM takes to get its full share
 * @param lagMax {@code lag.max}: a site that applies its peer's log later than this gets no new requests while another
 *     one can take them
 * @param waitMax {@code wait.max}: how long a request that was not sent yet waits for a VM before it is rejected
 * @param drainTimeout {@code drain.timeout}: longest wait for the requests in flight at a VM that is drained
 * @param stopDelay {@code stop.delay}: how long a router that is shutting down continues to serve, not ready, before it
 *     stops listening
 */
public record RouterTimes(
        Duration requestTimeout,
        Duration idleTimeout,
        Duration headerTimeout,
        Duration bodyTimeout,
        Duration connectTimeout,
        Duration vmIdleTimeout,
        Duration heartbeatInterval,
        Duration heartbeatIntervalRemote,
        Duration verdictAvoid,
        Duration verdictResubmit,
        Duration verdictSiteDown,
        Duration durabilityTimeout,
        Duration slowStart,
        Duration lagMax,
        Duration waitMax,
        Duration drainTimeout,
        Duration stopDelay) {

    /** The defaults. */
    public static RouterTimes defaults() {
        return new RouterTimes(
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofMillis(500),
                Duration.ofSeconds(15),
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofMillis(250),
                Duration.ofSeconds(1),
                Duration.ofMillis(2500),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofSeconds(5));
    }

    void check(List<String> problems) {
        positive(problems, "request.timeout", requestTimeout);
        positive(problems, "header.timeout", headerTimeout);
        positive(problems, "body.timeout", bodyTimeout);
        positive(problems, "connect.timeout", connectTimeout);
        positive(problems, "vm.idle.timeout", vmIdleTimeout);
        positive(problems, "heartbeat.interval", heartbeatInterval);
        positive(problems, "heartbeat.interval.remote", heartbeatIntervalRemote);
        positive(problems, "verdict.avoid", verdictAvoid);
        positive(problems, "durability.timeout", durabilityTimeout);
        positive(problems, "lag.max", lagMax);
        positive(problems, "drain.timeout", drainTimeout);
        if (slowStart.isNegative() || waitMax.isNegative() || stopDelay.isNegative()) {
            problems.add("slow.start, wait.max and stop.delay must not be negative");
        }
        if (verdictResubmit.compareTo(verdictAvoid) < 0) {
            problems.add("verdict.resubmit must not be below verdict.avoid");
        }
        if (verdictSiteDown.compareTo(verdictResubmit) < 0) {
            problems.add("verdict.site.down must not be below verdict.resubmit");
        }
        if (idleTimeout.compareTo(requestTimeout.plus(durabilityTimeout)) <= 0) {
            problems.add("idle.timeout must be above request.timeout and durability.timeout together:"
                    + " a connection is idle while its request runs");
        }
    }

    private static void positive(List<String> problems, String setting, Duration value) {
        if (value.isNegative() || value.toMillis() == 0) {
            problems.add(setting + " must be at least a millisecond");
        }
    }
}
