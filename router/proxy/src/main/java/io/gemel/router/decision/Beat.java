package io.gemel.router.decision;

import io.gemel.router.request.RequestTarget;
import java.util.List;

/**
 * Content of a VM's heartbeat.
 *
 * @param problem what a person must fix there; empty for none
 * @param vm the name that it gives itself, and its database sessions; empty when it says none
 * @param site the site whose database it works on; empty when it does not say
 */
public record Beat(
        boolean library,
        boolean draining,
        boolean open,
        boolean databaseUp,
        int inFlight,
        List<String> submissions,
        int capacity,
        String problem,
        String vm,
        String site) {
    static final Beat NONE = new Beat(false, false, false, false, 0, List.of(), 0, "", "", "");

    /** A VM that answers, and knows nothing of heartbeats: it keeps no ledger. */
    public static final Beat PLAIN = new Beat(false, false, true, true, 0, List.of(), 0, "", "", "");

    /** Whether the ledger is kept for requests of a path, or of the VM's own. */
    public boolean keeps(RequestTarget target) {
        return library && (target.own() || submissions.stream().anyMatch(target::under));
    }
}
