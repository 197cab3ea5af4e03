package io.gemel.router.decision;

/** Next step for a submission. */
public sealed interface Step {
    /**
     * Send it to a VM.
     *
     * @param lane whose allowance it uses
     * @param delayMillis not before so long from now
     */
    record Send(TrafficClass lane, long delayMillis) implements Step {}

    /** Nothing can be decided yet: look again soon. */
    record Hold() implements Step {}

    /** Let the site of the last attempt apply what the router's own site has sent, then send it again. */
    record CatchUp() implements Step {}

    /** Answer the client. */
    record Give(Reply reply) implements Step {}

    /** Allowances for sending. */
    enum TrafficClass {
        /** The first attempt of a request. */
        NEW,
        /** Again, after the VM said that nothing happened: bounded by the retry budget. */
        RETRY,
        /** Again, after a VM went away: work that the router promises to save, paced by what the survivors bear. */
        FAILOVER
    }

    /** Kinds of answers. */
    enum Reply {
        /** The last VM's answer as it is. */
        LAST_ANSWER,
        /** 503: nothing was done, try again later. */
        SHED,
        /** 504: the deadline passed; nothing was done. */
        LATE,
        /** 503: nobody knows yet; ask again with the same key. */
        IN_DOUBT,
        /** 502: nobody knows, and nobody will: the VM keeps no ledger for it, or the body was not kept. */
        LOST,
        /** 503: no VM can take such a request; nothing was done. */
        UNABLE,
        /** 502: it changes nothing, and no VM answered. */
        UNANSWERED,
        /** 502: the VM's answer was not proper; whether it was done has to be asked. */
        IMPROPER,
        /** 503: VMs died over it; for a while it is not sent to another one. */
        QUARANTINED
    }
}
