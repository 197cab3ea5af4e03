package io.gemel.router;

import java.time.InstantSource;

/**
 * What exchanges work with, the same for all of one event loop.
 *
 * @param clock wall clock, for the headers that VMs get
 * @param scheme by which clients come
 * @param hostPreserve whether VMs see the client's Host
 */
record WorkerContext(
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
