package io.gemel.router;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterReport;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.Group;
import io.gemel.router.decision.GroupView;
import io.gemel.router.decision.Groups;
import io.gemel.router.decision.Membership;
import io.gemel.router.decision.SiteView;
import io.gemel.router.decision.VmState;
import io.gemel.router.fleet.FoundVms;
import io.gemel.router.report.RouterCounters;
import io.gemel.router.report.VmReport;
import java.util.ArrayList;
import java.util.List;

/** Puts a router's figures together. Any thread. */
final class ReportMaker {
    private ReportMaker() {}

    static RouterReport report(
            RouterConfig config,
            Fleet fleet,
            Groups groups,
            FoundVms found,
            RouterCounters counters,
            RouterReport.Reload reload) {
        List<RouterReport.Vm> vms = new ArrayList<>();
        for (VmState vm : fleet.vms()) {
            vms.add(VmReport.of(vm));
        }
        for (SiteView site : fleet.sites()) {
            // Names are told once: one that another VM has now belongs to that one.
            site.leaving().stream()
                    .filter(vm -> vm.membership() == Membership.REMOVED)
                    .forEach(vm -> vms.add(VmReport.of(vm)));
        }
        List<RouterReport.Site> sites = new ArrayList<>();
        for (SiteView site : fleet.sites()) {
            sites.add(new RouterReport.Site(
                    site.name(),
                    site.state(),
                    site.reason().isEmpty() && site.vms().isEmpty() ? "no VM of it is known yet" : site.reason(),
                    site.inFlight(),
                    site.limit(),
                    site.lagMillis()));
        }
        return new RouterReport(
                config.name(),
                config.site().name(),
                fleet.reason(),
                reload,
                counters.requests.sum(),
                counters.resubmitted.sum(),
                counters.retried.sum(),
                counters.replayed.sum(),
                counters.inDoubt.sum(),
                counters.rejected.sum(),
                counters.declined.sum(),
                counters.shed.sum(),
                counters.malformed.sum(),
                counters.handshakesFailed.sum(),
                counters.quarantined.sum(),
                counters.durabilityMissed.sum(),
                counters.inFlight.get(),
                counters.waiting.get(),
                counters.bodyBytes.get(),
                counters.connections.get(),
                counters.upgraded.get(),
                counters.latencies.quantileMillis(0.5),
                counters.latencies.quantileMillis(0.99),
                vms,
                sites,
                fleet.groups().stream().map(name -> group(name, fleet, groups)).toList(),
                found.report(config.discovery()),
                found.registrations(),
                counters.answers.report(),
                counters.attempts.report());
    }

    private static RouterReport.Group group(String name, Fleet fleet, Groups groups) {
        List<RouterReport.Place> places = new ArrayList<>();
        for (SiteView site : fleet.sites()) {
            GroupView group = site.group(name);
            if (group != null) {
                places.add(new RouterReport.Place(
                        site.name(),
                        group.usable(),
                        group.load().inFlight().get(),
                        group.load().limit().limit()));
            }
        }
        Group group = groups.of(name);
        return new RouterReport.Group(
                name,
                fleet.isServed(name) ? "" : "no VM takes requests",
                group.inFlight().get(),
                group.waiting().get(),
                places);
    }
}
