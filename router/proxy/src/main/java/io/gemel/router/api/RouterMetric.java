package io.gemel.router.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** One of a router's metrics: what it is called, and its samples in a report. Pure. */
record RouterMetric(String name, String type, String help, Function<RouterReport, List<Sample>> samples) {
    private static final double MICROS = 1e6;

    /**
     * A value.
     *
     * @param suffix what the metric's name is followed by
     * @param labels besides the router's name, each behind a comma
     */
    record Sample(String suffix, String labels, double value) {
        Sample(String labels, double value) {
            this("", labels, value);
        }
    }

    static RouterMetric counter(String name, String help, ToDoubleFunction<RouterReport> figure) {
        return new RouterMetric(name, "counter", help, report -> List.of(new Sample("", figure.applyAsDouble(report))));
    }

    static RouterMetric gauge(String name, String help, ToDoubleFunction<RouterReport> figure) {
        return new RouterMetric(name, "gauge", help, report -> List.of(new Sample("", figure.applyAsDouble(report))));
    }

    static RouterMetric vms(String name, String type, String help, ToDoubleFunction<RouterReport.Vm> figure) {
        return each(name, type, help, RouterReport::vms, RouterMetric::labels, figure);
    }

    static RouterMetric sites(String name, String help, ToDoubleFunction<RouterReport.Site> figure) {
        return each(name, "gauge", help, RouterReport::sites, site -> label("site", site.name()), figure);
    }

    static RouterMetric groups(String name, String help, ToDoubleFunction<RouterReport.Group> figure) {
        return each(name, "gauge", help, RouterReport::groups, group -> label("group", group.name()), figure);
    }

    static RouterMetric discoveries(String name, String help, ToDoubleFunction<RouterReport.Discovery> figure) {
        return each(name, "gauge", help, RouterReport::discovery, each -> label("discover", each.name()), figure);
    }

    /** A sample for each part of a report of one kind. */
    private static <T> RouterMetric each(
            String name,
            String type,
            String help,
            Function<RouterReport, List<T>> parts,
            Function<T, String> labels,
            ToDoubleFunction<T> figure) {
        return new RouterMetric(name, type, help, report -> {
            return parts.apply(report).stream()
                    .map(part -> new Sample(labels.apply(part), figure.applyAsDouble(part)))
                    .toList();
        });
    }

    static RouterMetric places(String name, String help, ToDoubleFunction<RouterReport.Place> figure) {
        return new RouterMetric(name, "gauge", help, report -> {
            List<Sample> samples = new ArrayList<>();
            for (RouterReport.Group group : report.groups()) {
                for (RouterReport.Place place : group.places()) {
                    String labels = label("group", group.name()) + label("site", place.site());
                    samples.add(new Sample(labels, figure.applyAsDouble(place)));
                }
            }
            return samples;
        });
    }

    static RouterMetric vmStates() {
        return new RouterMetric("gemel_router_vm_state", "gauge", "What the router thinks of a VM.", report -> {
            List<Sample> samples = new ArrayList<>();
            for (RouterReport.Vm vm : report.vms()) {
                states(samples, labels(vm), RouterReport.VmState.values(), vm.state());
            }
            return samples;
        });
    }

    static RouterMetric answers() {
        return new RouterMetric(
                "gemel_router_request_duration_seconds",
                "histogram",
                "From a request's head to its answer, or to the end of an answer that is passed on as it comes.",
                report -> {
                    List<Sample> samples = new ArrayList<>();
                    report.answers()
                            .forEach(of -> histogram(
                                    samples,
                                    label("route", of.route()) + label("vm", of.vm()) + label("code", of.code()),
                                    of));
                    return samples;
                });
    }

    static RouterMetric attempts() {
        return new RouterMetric(
                "gemel_router_attempt_duration_seconds",
                "histogram",
                "How long a VM had a request, from its being sent to its answer or its end.",
                report -> {
                    List<Sample> samples = new ArrayList<>();
                    report.attempts()
                            .forEach(of -> histogram(samples, label("vm", of.vm()) + label("ending", of.code()), of));
                    return samples;
                });
    }

    private static void histogram(List<Sample> samples, String labels, RouterReport.Answers answers) {
        List<Long> within = answers.within();
        for (int i = 0; i < within.size(); i++) {
            boolean bounded = i < RouterReport.Answers.BOUNDS_MICROS.size();
            String bound = bounded ? number(RouterReport.Answers.BOUNDS_MICROS.get(i) / MICROS) : "+Inf";
            samples.add(new Sample("_bucket", labels + label("le", bound), within.get(i)));
        }
        samples.add(new Sample("_sum", labels, answers.micros() / MICROS));
        samples.add(new Sample("_count", labels, within.get(within.size() - 1)));
    }

    static RouterMetric siteStates() {
        return new RouterMetric("gemel_router_site_state", "gauge", "What the router thinks of a site.", report -> {
            List<Sample> samples = new ArrayList<>();
            for (RouterReport.Site site : report.sites()) {
                states(samples, label("site", site.name()), RouterReport.SiteState.values(), site.state());
            }
            return samples;
        });
    }

    /** 1 for the state something is in, and 0 for each other one. */
    private static <E extends Enum<E>> void states(List<Sample> samples, String labels, E[] all, E now) {
        for (E each : all) {
            String state = label("state", each.name().toLowerCase(Locale.ROOT));
            samples.add(new Sample(labels + state, each == now ? 1 : 0));
        }
    }

    private static String labels(RouterReport.Vm vm) {
        return label("vm", vm.name()) + label("site", vm.site());
    }

    private static String label(String name, String value) {
        return "," + name + "=\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** As Prometheus reads it. */
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
