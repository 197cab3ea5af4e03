package io.gemel.deploy.faults;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that is known about a run of two sites when it is over. The checkers look at nothing else.
 *
 * @param outcomes what the applications were told
 * @param submissions keys of the submissions that they were told to be carried out
 * @param east one site
 * @param west the other one
 * @param seenHalves transactions that a reader saw in part, with the site
 * @param seenGaps steps that a reader saw without an earlier one, with the site
 * @param idleRecords records that were published when nobody wrote, heartbeats left out
 * @param recoveries milliseconds from the end of each fault until both sites had caught up
 * @param resources what the processes and servers used
 */
record Facts(
        Map<String, History.Outcome> outcomes,
        Set<String> submissions,
        SiteFacts east,
        SiteFacts west,
        List<String> seenHalves,
        List<String> seenGaps,
        List<String> idleRecords,
        List<Measure> recoveries,
        List<Measure> resources) {

    List<SiteFacts> sites() {
        return List.of(east, west);
    }

    /** The same run with other databases and logs. */
    Facts with(SiteFacts otherEast, SiteFacts otherWest) {
        return new Facts(
                outcomes, submissions, otherEast, otherWest, seenHalves, seenGaps, idleRecords, recoveries, resources);
    }
}
