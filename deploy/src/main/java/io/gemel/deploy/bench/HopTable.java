package io.gemel.deploy.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints what was measured. The first of several hops is the one straight to the VM. */
final class HopTable {
    private HopTable() {}

    /**
     * Prints one table.
     *
     * @param share of what the VM takes straight
     * @param rate requests a second at which latencies were taken
     */
    static void print(PrintWriter out, RequestKind kind, double share, double rate, List<Hop> hops) {
        out.println();
        out.printf(
                Locale.ROOT,
                "%s; latency in ms at %,.0f a second, %s of what the VM takes%n",
                kind.title(),
                rate,
                percent(share));
        line(out, "", "max a sec", "cpu us", "p50", "p99", "added p50", "added p99", "busy", "failed");
        for (int i = 0; i < hops.size(); i++) {
            Hop hop = hops.get(i);
            line(
                    out,
                    hop.way().label(),
                    whole(hop.fully(Sample::perSecond)),
                    i == 0 ? "" : whole(hop.fully(Sample::hopMicros)),
                    millis(hop.steadily(Sample::p50)),
                    millis(hop.steadily(Sample::p99)),
                    i == 0 ? "" : millis(hop.added(hops.get(0), Sample::p50)),
                    i == 0 ? "" : millis(hop.added(hops.get(0), Sample::p99)),
                    percent(hop.steadily(Sample::busy)),
                    Integer.toString(hop.failed()));
        }
        out.flush();
    }

    private static void line(PrintWriter out, String... cells) {
        out.printf("  %-10s %10s %7s %8s %8s %10s %10s %6s %7s%n", (Object[]) cells);
    }

    /** A line about the router for each version of HTTP. */
    static List<String> sums(RequestKind kind, double share, List<Hop> hops) {
        return hops.stream()
                .filter(hop -> hop.way().leadsThrough(RouterStage.GEMEL))
                .map(router -> sum(kind, share, router, hops))
                .toList();
    }

    private static String sum(RequestKind kind, double share, Hop router, List<Hop> hops) {
        Hop straight = hops.get(0);
        String haproxy = hops.stream()
                .filter(hop -> isHaProxys(hop.way(), router.way()))
                .map(hop -> ", " + times(router, hop) + " HAProxy's")
                .findFirst()
                .orElse("");
        return String.format(
                Locale.ROOT,
                "%s, %s at %s: adds p50 %s ms, p99 %s ms; throughput %s straight to the VM%s",
                router.way().label(),
                kind.name().toLowerCase(Locale.ROOT),
                percent(share),
                millis(router.added(straight, Sample::p50)),
                millis(router.added(straight, Sample::p99)),
                times(router, straight),
                haproxy);
    }

    private static boolean isHaProxys(Way way, Way router) {
        return way.leadsThrough(RouterStage.HAPROXY) && way.version() == router.version();
    }

    private static String times(Hop router, Hop other) {
        return String.format(
                Locale.ROOT, "%.2f times", router.fully(Sample::perSecond) / other.fully(Sample::perSecond));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String whole(double figure) {
        return String.format(Locale.ROOT, "%,.0f", figure);
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.2f", millis);
    }
}
