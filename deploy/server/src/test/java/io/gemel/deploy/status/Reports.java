package io.gemel.deploy.status;

import io.gemel.reason.ReasonCode;
import java.util.List;
import java.util.Map;

/** Reports for tests. */
final class Reports {
    private Reports() {}

    /** A running site with a different number in every figure. */
    static StatusReport running() {
        return with(true, SideState.RUNNING, "");
    }

    static StatusReport with(boolean leader, SideState apply, String reason) {
        return with(leader, apply, reason, List.of());
    }

    private static StatusReport with(
            boolean leader, SideState apply, String reason, List<StatusReport.Reason> reasons) {
        return StatusReport.of(
                "east",
                leader,
                new StatusReport.Capture(SideState.RUNNING, "", 1, 2, 3, 4, 5),
                new StatusReport.Apply(apply, reason, 6, 7, 8, 9, 21, 10.5, 11, 0, 12, 22),
                new StatusReport.Window(13, 14, 15, 16, 23, 24),
                new StatusReport.Gate(true, ""),
                new StatusReport.Conflicts(17, Map.of("update_update", 18L), Map.of("incoming_wins", 19L)),
                new StatusReport.Clock(-20),
                reasons);
    }

    /** A running site with a reason. */
    static StatusReport because(ReasonCode code, String text) {
        return with(
                true,
                SideState.RUNNING,
                "",
                List.of(new StatusReport.Reason(code.code(), "", text, "2026-01-01T00:00:00Z", code.stops())));
    }
}
