package io.gemel.router;

import io.gemel.router.api.RouterReport;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** A router's figures as JSON, under the names that the report has. Pure. */
final class ReportJson {
    private ReportJson() {}

    static JsonObject json(RouterReport report) {
        JsonArray vms = new JsonArray();
        report.vms().forEach(vm -> vms.add(vm(vm)));
        JsonArray sites = new JsonArray();
        report.sites().forEach(site -> sites.add(site(site)));
        JsonArray groups = new JsonArray();
        report.groups().forEach(group -> groups.add(group(group)));
        JsonArray discovery = new JsonArray();
        report.discovery().forEach(name -> discovery.add(discovery(name)));
        return new JsonObject()
                .put("router", report.router())
                .put("site", report.site())
                .put("ready", report.ready())
                .put("reason", report.reason())
                .put("reloadProblem", report.reload().problem())
                .put("reloadSuccessTimestampSeconds", report.reload().takenSeconds())
                .put("requests", report.requests())
                .put("resubmitted", report.resubmitted())
                .put("retried", report.retried())
                .put("replayed", report.replayed())
                .put("inDoubt", report.inDoubt())
                .put("rejected", report.rejected())
                .put("declined", report.declined())
                .put("shed", report.shed())
                .put("malformed", report.malformed())
                .put("handshakesFailed", report.handshakesFailed())
                .put("quarantined", report.quarantined())
                .put("durabilityMissed", report.durabilityMissed())
                .put("inFlight", report.inFlight())
                .put("waiting", report.waiting())
                .put("bodyBytes", report.bodyBytes())
                .put("connections", report.connections())
                .put("upgraded", report.upgraded())
                .put("latencyMillisP50", report.latencyMillisP50())
                .put("latencyMillisP99", report.latencyMillisP99())
                .put("vms", vms)
                .put("sites", sites)
                .put("groups", groups)
                .put("discovery", discovery)
                .put("registeredVms", report.registered());
    }

    private static JsonObject discovery(RouterReport.Discovery name) {
        return new JsonObject()
                .put("name", name.name())
                .put("dns", name.dns())
                .put("vms", name.vms())
                .put("problem", name.problem());
    }

    private static JsonObject vm(RouterReport.Vm vm) {
        return new JsonObject()
                .put("name", vm.name())
                .put("site", vm.site())
                .put("host", vm.host())
                .put("group", vm.group())
                .put("weight", vm.weight())
                .put("state", vm.state().name().toLowerCase(Locale.ROOT))
                .put("reason", vm.reason())
                .put("inFlight", vm.inFlight())
                .put("upgraded", vm.upgraded())
                .put("latencyMillis", vm.latencyMillis())
                .put("deaths", vm.deaths());
    }

    private static JsonObject site(RouterReport.Site site) {
        return new JsonObject()
                .put("name", site.name())
                .put("state", site.state().name().toLowerCase(Locale.ROOT))
                .put("reason", site.reason())
                .put("inFlight", site.inFlight())
                .put("limit", site.limit())
                .put("lagMillis", site.lagMillis());
    }

    private static JsonObject group(RouterReport.Group group) {
        JsonArray places = new JsonArray();
        group.places()
                .forEach(place -> places.add(new JsonObject()
                        .put("site", place.site())
                        .put("usable", place.usable())
                        .put("inFlight", place.inFlight())
                        .put("limit", place.limit())));
        return new JsonObject()
                .put("name", group.name())
                .put("ready", group.ready())
                .put("reason", group.reason())
                .put("inFlight", group.inFlight())
                .put("waiting", group.waiting())
                .put("sites", places);
    }
}
