package io.gemel.router.api;

import static io.gemel.router.api.RouterMetric.answers;
import static io.gemel.router.api.RouterMetric.attempts;
import static io.gemel.router.api.RouterMetric.counter;
import static io.gemel.router.api.RouterMetric.discoveries;
import static io.gemel.router.api.RouterMetric.gauge;
import static io.gemel.router.api.RouterMetric.groups;
import static io.gemel.router.api.RouterMetric.number;
import static io.gemel.router.api.RouterMetric.places;
import static io.gemel.router.api.RouterMetric.siteStates;
import static io.gemel.router.api.RouterMetric.sites;
import static io.gemel.router.api.RouterMetric.vmStates;
import static io.gemel.router.api.RouterMetric.vms;

import java.util.List;

/** A router's figures in the Prometheus text format. */
public final class RouterMetrics {
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final List<RouterMetric> ALL = List.of(
            gauge(
                    "gemel_router_ready",
                    "Whether a VM takes requests, and the router has not been told to end.",
                    report -> report.ready() ? 1 : 0),
            gauge(
                    "gemel_router_reload_failed",
                    "Whether the router was told settings that it did not take.",
                    report -> report.reload().failed() ? 1 : 0),
            gauge(
                    "gemel_router_reload_success_timestamp_seconds",
                    "When the router took settings last, since 1970; its start counts.",
                    report -> report.reload().takenSeconds()),
            counter("gemel_router_requests_total", "Requests of clients that were accepted.", RouterReport::requests),
            counter(
                    "gemel_router_resubmitted_attempts_total",
                    "Attempts that followed one whose outcome nobody knew.",
                    RouterReport::resubmitted),
            counter(
                    "gemel_router_retried_attempts_total",
                    "Attempts that followed one that had done nothing.",
                    RouterReport::retried),
            counter(
                    "gemel_router_replayed_requests_total",
                    "Answers that came out of the ledger.",
                    RouterReport::replayed),
            counter(
                    "gemel_router_in_doubt_requests_total",
                    "Requests that ended without anybody knowing what became of them.",
                    RouterReport::inDoubt),
            counter(
                    "gemel_router_rejected_requests_total",
                    "Requests that the application refused for good.",
                    RouterReport::rejected),
            counter(
                    "gemel_router_declined_requests_total",
                    "Requests that the application refused, and not for good.",
                    RouterReport::declined),
            counter(
                    "gemel_router_shed_requests_total",
                    "Requests turned away because there was no room or no VM.",
                    RouterReport::shed),
            counter(
                    "gemel_router_malformed_requests_total",
                    "Requests that were not proper HTTP, or too large, or too slow.",
                    RouterReport::malformed),
            counter(
                    "gemel_router_failed_handshakes_total",
                    "Connections of clients that ended in their TLS handshake.",
                    RouterReport::handshakesFailed),
            counter(
                    "gemel_router_quarantined_requests_total",
                    "Requests refused because VMs died over their key.",
                    RouterReport::quarantined),
            counter(
                    "gemel_router_durability_missed_requests_total",
                    "Commits whose level of durability was not reached in time.",
                    RouterReport::durabilityMissed),
            gauge("gemel_router_in_flight_requests", "Requests accepted and not answered.", RouterReport::inFlight),
            gauge(
                    "gemel_router_waiting_requests",
                    "Requests that are sent nowhere at the moment.",
                    RouterReport::waiting),
            gauge("gemel_router_bodies_bytes", "Bytes of bodies kept.", RouterReport::bodyBytes),
            gauge("gemel_router_connections", "Connections of clients.", RouterReport::connections),
            gauge(
                    "gemel_router_upgraded_connections",
                    "Connections of clients that were upgraded to another protocol.",
                    RouterReport::upgraded),
            gauge(
                    "gemel_router_latency_p50_milliseconds",
                    "Half of the requests of late were answered within this.",
                    RouterReport::latencyMillisP50),
            gauge(
                    "gemel_router_latency_p99_milliseconds",
                    "99 of 100 requests of late were answered within this.",
                    RouterReport::latencyMillisP99),
            answers(),
            attempts(),
            vmStates(),
            vms("gemel_router_vm_in_flight_requests", "gauge", "Requests that a VM has.", RouterReport.Vm::inFlight),
            vms(
                    "gemel_router_vm_upgraded_connections",
                    "gauge",
                    "Connections of clients with which a VM speaks another protocol.",
                    RouterReport.Vm::upgraded),
            vms(
                    "gemel_router_vm_latency_milliseconds",
                    "gauge",
                    "Moving average of a VM's answers.",
                    RouterReport.Vm::latencyMillis),
            vms("gemel_router_vm_deaths_total", "counter", "How often a VM died.", RouterReport.Vm::deaths),
            vms("gemel_router_vm_weight", "gauge", "A VM's share of new requests.", RouterReport.Vm::weight),
            siteStates(),
            sites(
                    "gemel_router_site_in_flight_requests",
                    "Requests that the VMs of a site have.",
                    RouterReport.Site::inFlight),
            sites(
                    "gemel_router_site_limit_requests",
                    "Requests that the VMs of a site get at once.",
                    RouterReport.Site::limit),
            sites(
                    "gemel_router_site_lag_milliseconds",
                    "By how much a site lags behind its peer's log; -1 when its process does not say.",
                    RouterReport.Site::lagMillis),
            groups(
                    "gemel_router_group_ready",
                    "Whether a VM takes requests of a group.",
                    group -> group.ready() ? 1 : 0),
            groups(
                    "gemel_router_group_in_flight_requests",
                    "Requests for a group accepted and not answered.",
                    RouterReport.Group::inFlight),
            groups(
                    "gemel_router_group_waiting_requests",
                    "Requests for a group that are sent nowhere at the moment.",
                    RouterReport.Group::waiting),
            places("gemel_router_group_usable_vms", "VMs of a group that take requests.", RouterReport.Place::usable),
            places(
                    "gemel_router_group_limit_requests",
                    "Requests that the VMs of a group get at once.",
                    RouterReport.Place::limit),
            discoveries(
                    "gemel_router_discovery_vms", "VMs that a name in DNS stands for.", RouterReport.Discovery::vms),
            discoveries(
                    "gemel_router_discovery_failed",
                    "Whether what a name in DNS stands for may be old, or is not all served.",
                    name -> name.problem().isEmpty() ? 0 : 1),
            gauge("gemel_router_registered_vms", "VMs that registered themselves.", RouterReport::registered));

    private RouterMetrics() {}

    /** Every metric's name, in the order of {@link #text}. */
    public static List<String> names() {
        return ALL.stream().map(RouterMetric::name).toList();
    }

    /** A report as Prometheus reads it; every sample carries the router's name. */
    public static String text(RouterReport report) {
        StringBuilder text = new StringBuilder();
        for (RouterMetric metric : ALL) {
            text.append("# HELP ")
                    .append(metric.name())
                    .append(' ')
                    .append(metric.help())
                    .append('\n');
            text.append("# TYPE ")
                    .append(metric.name())
                    .append(' ')
                    .append(metric.type())
                    .append('\n');
            for (RouterMetric.Sample sample : metric.samples().apply(report)) {
                text.append(metric.name())
                        .append(sample.suffix())
                        .append("{router=\"")
                        .append(report.router())
                        .append('"')
                        .append(sample.labels())
                        .append("} ")
                        .append(number(sample.value()))
                        .append('\n');
            }
        }
        return text.toString();
    }
}
