package io.gemel.router.exchange;

import io.gemel.router.client.Tunnels;
import io.gemel.router.decision.Dispatcher;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.Groups;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.RecentKeys;
import io.gemel.router.report.RouterCounters;
import java.time.InstantSource;

/**
 * Dependencies of exchanges, the same for all of one event loop.
 *
 * @param clock wall clock, for the headers that VMs get
 * @param scheme by which clients come
 * @param hostPreserve whether VMs see the client's Host
 */
public record WorkerContext(
        Fleet fleet,
        Dispatcher dispatcher,
        VmClient vms,
        DurabilityRounds durability,
        CatchUps catchUps,
        RecentKeys keys,
        RouterCounters counters,
        Groups groups,
        LoopQueues queues,
        Tunnels tunnels,
        PauseAwareClock awake,
        InstantSource clock,
        String scheme,
        boolean hostPreserve) {}
