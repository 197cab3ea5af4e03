package io.gemel.deploy.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints what was measured. The first of several hops is the one straight to the VM. */
final class OverheadTable {
    private OverheadTable() {}

    /**
     * Prints one table.
     *
     * @param share of what the VM takes straight
     * @param rate requests a second at which latencies were taken
     */
    static void print(PrintWriter out, RequestKind kind, double share, double rate, List<ProxyOverhead> overheads) {
        out.println();
        out.printf(
                Locale.ROOT,
                "%s; latency in ms at %,.0f a second, %s of what the VM takes%n",
                kind.title(),
                rate,
                percent(share));
        line(out, "", "max a sec", "cpu us", "p50", "p99", "added p50", "added p99", "busy", "failed");
        for (int i = 0; i < overheads.size(); i++) {
            ProxyOverhead overhead = overheads.get(i);
            line(
                    out,
                    overhead.path().label(),
                    whole(overhead.fully(Sample::perSecond)),
                    i == 0 ? "" : whole(overhead.fully(Sample::hopMicros)),
                    millis(overhead.steadily(Sample::p50)),
                    millis(overhead.steadily(Sample::p99)),
                    i == 0 ? "" : millis(overhead.added(overheads.get(0), Sample::p50)),
                    i == 0 ? "" : millis(overhead.added(overheads.get(0), Sample::p99)),
                    percent(overhead.steadily(Sample::busy)),
                    Integer.toString(overhead.failed()));
        }
        out.flush();
    }

    private static void line(PrintWriter out, String... cells) {
        out.printf("  %-10s %10s %7s %8s %8s %10s %10s %6s %7s%n", (Object[]) cells);
    }

    /** A line about the router for each version of HTTP. */
    static List<String> sums(RequestKind kind, double share, List<ProxyOverhead> overheads) {
        return overheads.stream()
                .filter(overhead -> overhead.path().leadsThrough(RouterStage.GEMEL))
                .map(router -> sum(kind, share, router, overheads))
                .toList();
    }

    private static String sum(RequestKind kind, double share, ProxyOverhead router, List<ProxyOverhead> overheads) {
        ProxyOverhead straight = overheads.get(0);
        String haproxy = overheads.stream()
                .filter(overhead -> isHaProxys(overhead.path(), router.path()))
                .map(overhead -> ", " + times(router, overhead) + " HAProxy's")
                .findFirst()
                .orElse("");
        return String.format(
                Locale.ROOT,
                "%s, %s at %s: adds p50 %s ms, p99 %s ms; throughput %s straight to the VM%s",
                router.path().label(),
                kind.name().toLowerCase(Locale.ROOT),
                percent(share),
                millis(router.added(straight, Sample::p50)),
                millis(router.added(straight, Sample::p99)),
                times(router, straight),
                haproxy);
    }

    private static boolean isHaProxys(RequestPath path, RequestPath router) {
        return path.leadsThrough(RouterStage.HAPROXY) && path.version() == router.version();
    }

    private static String times(ProxyOverhead router, ProxyOverhead other) {
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
