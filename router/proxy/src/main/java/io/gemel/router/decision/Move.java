package io.gemel.router.decision;

/** The next step that a {@link Dispatcher} returns for a submission. */
public sealed interface Move {
    /**
     * Send it.
     *
     * @param load in which it counts, likewise
     * @param lane in which it counts; to be given back when the attempt has ended
     * @param changes whether it may change something
     */
    record Dispatch(VmState vm, GroupLoad load, Step.TrafficClass lane, boolean changes) implements Move {}

    /** Ask again then, in the router's own time. */
    record Await(long untilMillis) implements Move {}

    /**
     * No VM can have it at the moment: ask again when there is room, and at that time at the latest.
     *
     * @param fresh whether it was sent nowhere, and any VM may have it: whoever came before it is served first
     */
    record Queue(long untilMillis, boolean fresh) implements Move {}

    /**
     * Let a site apply what another has committed, then ask again.
     *
     * @param origin whose commits it may lack
     */
    record CatchUp(SiteView site, SiteView origin) implements Move {}

    /** Answer the client. */
    record Conclude(Step.Reply reply) implements Move {}
}
