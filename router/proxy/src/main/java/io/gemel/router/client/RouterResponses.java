package io.gemel.router.client;

import io.gemel.router.decision.Decision;
import io.gemel.router.decision.ResubmissionPolicy;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The router's own answers to a client, when there is no VM's answer. Pure. */
public final class RouterResponses {
    /** An answer's status and text. */
    public record Text(int status, String text) {}

    private RouterResponses() {}

    public static Text of(Decision.Reply reply, @Nullable String key) {
        String named = key == null ? "" : " with Idempotency-Key " + key;
        return switch (reply) {
            case SHED -> new Text(503, "overloaded; nothing was done: send it again later");
            case LATE -> new Text(504, "not done in time; nothing was done: send it again" + named);
            case IN_DOUBT ->
                new Text(
                        503,
                        "it is not known yet whether it was done: send it again" + named + ", it is done once at most");
            case LOST ->
                new Text(
                        502,
                        "the VM was lost, or its answer was not valid HTTP, and it is not known whether it was done");
            case IMPROPER -> new Text(502, "the VM's answer is not valid HTTP" + asked(key));
            case UNABLE -> new Text(503, "no VM speaks HTTP/2 here, which gRPC needs; nothing was done");
            case UNANSWERED -> new Text(502, "no VM answered");
            case QUARANTINED ->
                new Text(
                        503,
                        "VMs died one after the other over this request: it is in quarantine for "
                                + ResubmissionPolicy.QUARANTINE_MILLIS / 1000 + " s; then send it again" + named
                                + ", it is done once at most");
            case LAST_ANSWER -> new Text(502, "no VM answered");
        };
    }

    /** How a request with this answer ended: cause and phase. */
    public record End(Passage.Cause cause, Passage.Phase where) {
        public void tell(BiConsumer<Passage.Cause, Passage.Phase> hears) {
            hears.accept(cause, where);
        }
    }

    public static End cause(Decision.Reply reply) {
        return switch (reply) {
            case SHED, LATE -> new End(Passage.Cause.VM_SLOW, Passage.Phase.QUEUE);
            case IN_DOUBT, LOST, UNANSWERED, LAST_ANSWER -> new End(Passage.Cause.VM, Passage.Phase.VM);
            case UNABLE, IMPROPER -> new End(Passage.Cause.ROUTER, Passage.Phase.VM);
            case QUARANTINED -> new End(Passage.Cause.ROUTER, Passage.Phase.QUEUE);
        };
    }

    private static String asked(@Nullable String key) {
        return key == null ? "" : ": GET /gemel/outcome/" + key + " says whether it was done";
    }

    /** After how many seconds it is worth while to ask again. */
    public static long retryAfterSeconds(Decision.Reply reply) {
        return reply == Decision.Reply.QUARANTINED ? ResubmissionPolicy.QUARANTINE_MILLIS / 1000 : 1;
    }

    /** Whether such an answer means that it may have been done, whatever is known besides. */
    public static boolean inDoubt(Decision.Reply reply) {
        return reply == Decision.Reply.IN_DOUBT || reply == Decision.Reply.LOST || reply == Decision.Reply.QUARANTINED;
    }

    /**
     * What is said of a commit that is not as durable as its client asked.
     *
     * @param missed which level was not reached, and when
     */
    public static String notDurable(String site, String missed) {
        return "it is done and committed at " + site + ", but " + missed
                + ": it may be lost with that site; ask again with the same key";
    }
}
