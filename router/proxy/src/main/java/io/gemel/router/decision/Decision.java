package io.gemel.router.decision;

import java.util.function.Consumer;

/** Next step for a submission. */
public sealed interface Decision {
    /** Calls the consumer for its kind. */
    void match(Consumer<Answer> answer, Consumer<Wait> wait, Consumer<Send> send);

    /** Answer the client. */
    record Answer(Reply reply) implements Decision {
        @Override
        public void match(Consumer<Answer> answer, Consumer<Wait> wait, Consumer<Send> send) {
            answer.accept(this);
        }
    }

    /**
     * Wait for an event or a time, whichever comes first, and decide again.
     *
     * @param untilMillis at the latest, in the router's own time
     */
    record Wait(Awaited what, long untilMillis) implements Decision {
        @Override
        public void match(Consumer<Answer> answer, Consumer<Wait> wait, Consumer<Send> send) {
            wait.accept(this);
        }
    }

    /**
     * Pick a VM and send it there.
     *
     * @param traffic whose budget it uses
     * @param delayMillis minimum time since its last attempt
     */
    record Send(TrafficClass traffic, long delayMillis) implements Decision {
        @Override
        public void match(Consumer<Answer> answer, Consumer<Wait> wait, Consumer<Send> send) {
            send.accept(this);
        }
    }

    /** What a submission waits for. */
    enum Awaited {
        /** The time only: the state of VMs and sites may have changed by then. */
        TIME,
        /** Capacity of a VM, for a submission that may have been sent before. */
        ROOM,
        /** Capacity of any VM, for a new submission: earlier ones are served first. */
        ROOM_IN_TURN,
        /** The site of the last attempt, which declined it, must apply what the router's own site has committed. */
        CATCH_UP
    }

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
