package io.gemel.router.decision;

import java.util.function.Consumer;

/** What is to be done next with a submission. */
public sealed interface Decision {
    /** Hands it to the one of them that is for its kind. */
    void match(Consumer<Answer> answer, Consumer<Wait> wait, Consumer<Send> send);

    /** Answer the client. */
    record Answer(Reply reply) implements Decision {
        @Override
        public void match(Consumer<Answer> answer, Consumer<Wait> wait, Consumer<Send> send) {
            answer.accept(this);
        }
    }

    /**
     * Nothing can be done now: decide again when that has come, and at that time at the latest.
     *
     * @param untilMillis in the router's own time
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
     * @param traffic whose allowance it uses
     * @param delayMillis not before so long after its last attempt
     */
    record Send(TrafficClass traffic, long delayMillis) implements Decision {
        @Override
        public void match(Consumer<Answer> answer, Consumer<Wait> wait, Consumer<Send> send) {
            send.accept(this);
        }
    }

    /** What a submission may wait for. */
    enum Awaited {
        /** A little time: what is known of VMs and sites may change. */
        TIME,
        /** Room at a VM, for what may have been sent somewhere before. */
        ROOM,
        /** Room at any VM, for what was sent nowhere: whoever came before it is served first. */
        ROOM_IN_TURN,
        /** The site of the last attempt, which declined it, applies what the router's own site has committed. */
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
