package io.gemel.router.api;

import static io.gemel.figure.Metric.label;

import io.gemel.figure.Figures;
import io.gemel.figure.Metric;
import io.gemel.figure.Metric.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Every figure of a router: as JSON, as a metric, and as an attribute in JMX. */
public final class RouterFigures {
    private static final double MICROS = 1e6;

    /** Of one VM. */
    public static final Figures<RouterReport.Vm> VM = Figures.of(RouterReport.Vm.class)
            .value("name")
            .onlyJson()
            .value("site")
            .onlyJson()
            .value("host")
            .onlyJson()
            .value("group")
            .state("state", RouterReport.VmState.values(), "gemel_router_vm_state")
            .help("What the router thinks of a VM.")
            .value("reason")
            .gauge("inFlight", "gemel_router_vm_in_flight_requests")
            .help("Requests that a VM has.")
            .gauge("upgraded", "gemel_router_vm_upgraded_connections")
            .help("Connections of clients with which a VM speaks another protocol.")
            .gauge("latencyMillis", "gemel_router_vm_latency_milliseconds")
            .help("Moving average of a VM's answers.")
            .counter("deaths", "gemel_router_vm_deaths_total")
            .help("How often a VM died.")
            .gauge("weight", "gemel_router_vm_weight")
            .help("A VM's share of new requests.")
            .build();

    private static final Figures<RouterReport.Site> SITE = Figures.of(RouterReport.Site.class)
            .value("name")
            .state("state", RouterReport.SiteState.values(), "gemel_router_site_state")
            .help("What the router thinks of a site.")
            .value("reason")
            .gauge("inFlight", "gemel_router_site_in_flight_requests")
            .help("Requests that the VMs of a site have.")
            .gauge("limit", "gemel_router_site_limit_requests")
            .help("Requests that the VMs of a site get at once.")
            .gauge("lagMillis", "gemel_router_site_lag_milliseconds")
            .help("By how much a site lags behind its peer's log; -1 when its process does not say.")
            .build();

    private static final Figures<RouterReport.Place> PLACE = Figures.of(RouterReport.Place.class)
            .value("site")
            .gauge("usable", "gemel_router_group_usable_vms")
            .help("VMs of a group that take requests.")
            .value("inFlight")
            .gauge("limit", "gemel_router_group_limit_requests")
            .help("Requests that the VMs of a group get at once.")
            .build();

    private static final Figures<RouterReport.Group> GROUP = Figures.of(RouterReport.Group.class)
            .value("name")
            .gauge("ready", "gemel_router_group_ready")
            .help("Whether a VM takes requests of a group.")
            .value("reason")
            .gauge("inFlight", "gemel_router_group_in_flight_requests")
            .help("Requests for a group accepted and not answered.")
            .gauge("waiting", "gemel_router_group_waiting_requests")
            .help("Requests for a group that are sent nowhere at the moment.")
            .parts("sites", RouterReport.Group::places, place -> label("site", place.site()), PLACE)
            .build();

    private static final Figures<RouterReport.Discovery> DISCOVERY = Figures.of(RouterReport.Discovery.class)
            .value("name")
            .value("dns")
            .gauge("vms", "gemel_router_discovery_vms")
            .help("VMs that a name in DNS stands for.")
            .value("problem")
            .gauge("failed", "gemel_router_discovery_failed")
            .help("Whether what a name in DNS stands for may be old, or is not all served.")
            .onlyJmx()
            .build();

    /** Of the router itself, with those of its parts. */
    public static final Figures<RouterReport> ALL = Figures.of(RouterReport.class)
            .value("router")
            .onlyJson()
            .value("site")
            .onlyJson()
            .gauge("ready", "gemel_router_ready")
            .help("Whether a VM takes requests, and the router has not been told to end.")
            .value("reason")
            .onlyJson()
            .value("reloadProblem")
            .gauge("reloadFailed", "gemel_router_reload_failed")
            .help("Whether the router was told settings that it did not take.")
            .onlyJmx()
            .gauge("reloadSuccessTimestampSeconds", "gemel_router_reload_success_timestamp_seconds")
            .help("When the router took settings last, since 1970; its start counts.")
            .counter("requests", "gemel_router_requests_total")
            .help("Requests of clients that were accepted.")
            .counter("resubmitted", "gemel_router_resubmitted_attempts_total")
            .help("Attempts that followed one whose outcome nobody knew.")
            .row("resubmitted")
            .counter("retried", "gemel_router_retried_attempts_total")
            .help("Attempts that followed one that had done nothing.")
            .row("retried")
            .counter("replayed", "gemel_router_replayed_requests_total")
            .help("Answers that came out of the ledger.")
            .row("replayed")
            .counter("inDoubt", "gemel_router_in_doubt_requests_total")
            .help("Requests that ended without anybody knowing what became of them.")
            .row("in doubt")
            .counter("rejected", "gemel_router_rejected_requests_total")
            .help("Requests that the application refused for good.")
            .row("rejected")
            .counter("declined", "gemel_router_declined_requests_total")
            .help("Requests that the application refused, and not for good.")
            .row("declined")
            .counter("shed", "gemel_router_shed_requests_total")
            .help("Requests turned away because there was no room or no VM.")
            .row("shed")
            .counter("malformed", "gemel_router_malformed_requests_total")
            .help("Requests that were not proper HTTP, or too large, or too slow.")
            .counter("handshakesFailed", "gemel_router_failed_handshakes_total")
            .help("Connections of clients that ended in their TLS handshake.")
            .counter("quarantined", "gemel_router_quarantined_requests_total")
            .help("Requests refused because VMs died over their key.")
            .row("quarantined")
            .counter("durabilityMissed", "gemel_router_durability_missed_requests_total")
            .help("Commits whose level of durability was not reached in time.")
            .gauge("inFlight", "gemel_router_in_flight_requests")
            .help("Requests accepted and not answered.")
            .gauge("waiting", "gemel_router_waiting_requests")
            .help("Requests that are sent nowhere at the moment.")
            .gauge("bodyBytes", "gemel_router_bodies_bytes")
            .help("Bytes of bodies kept.")
            .gauge("connections", "gemel_router_connections")
            .help("Connections of clients.")
            .gauge("upgraded", "gemel_router_upgraded_connections")
            .help("Connections of clients that were upgraded to another protocol.")
            .gauge("latencyMillisP50", "gemel_router_latency_p50_milliseconds")
            .help("Half of the requests of late were answered within this.")
            .gauge("latencyMillisP99", "gemel_router_latency_p99_milliseconds")
            .help("99 of 100 requests of late were answered within this.")
            .metric(histogram(
                    "gemel_router_request_duration_seconds",
                    "From a request's head to its answer, or to the end of an answer that is passed on as it comes.",
                    RouterReport::answers,
                    of -> label("route", of.route()) + label("vm", of.vm()) + label("code", of.code())))
            .metric(histogram(
                    "gemel_router_attempt_duration_seconds",
                    "How long a VM had a request, from its being sent to its answer or its end.",
                    RouterReport::attempts,
                    of -> label("vm", of.vm()) + label("ending", of.code())))
            .parts("vms", RouterReport::vms, vm -> label("vm", vm.name()) + label("site", vm.site()), VM)
            .parts("sites", RouterReport::sites, site -> label("site", site.name()), SITE)
            .parts("groups", RouterReport::groups, group -> label("group", group.name()), GROUP)
            .parts("discovery", RouterReport::discovery, name -> label("discover", name.name()), DISCOVERY)
            .gauge("registeredVms", "gemel_router_registered_vms")
            .help("VMs that registered themselves.")
            .onlyJson()
            .build();

    private RouterFigures() {}

    private static Metric<RouterReport> histogram(
            String name,
            String help,
            Function<RouterReport, List<RouterReport.Answers>> series,
            Function<RouterReport.Answers, String> labels) {
        return new Metric<>(name, "histogram", help, report -> {
            List<Sample> samples = new ArrayList<>();
            series.apply(report).forEach(of -> histogram(samples, labels.apply(of), of));
            return samples;
        });
    }

    private static void histogram(List<Sample> samples, String labels, RouterReport.Answers answers) {
        List<Long> within = answers.within();
        for (int i = 0; i < within.size(); i++) {
            boolean bounded = i < RouterReport.Answers.BOUNDS_MICROS.size();
            String bound = bounded ? Metric.number(RouterReport.Answers.BOUNDS_MICROS.get(i) / MICROS) : "+Inf";
            samples.add(new Sample("_bucket", labels + label("le", bound), within.get(i)));
        }
        samples.add(new Sample("_sum", labels, answers.micros() / MICROS));
        samples.add(new Sample("_count", labels, within.get(within.size() - 1)));
    }
}
