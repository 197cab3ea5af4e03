package io.gemel.deploy.faults;

import io.gemel.deploy.embedded.TcpDirection;
import io.gemel.deploy.embedded.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Faults of the links between a site process, its database and the broker. */
final class NetworkFaults {
    private static final int PARTITION_MILLIS_MAX = 4_000;
    private static final int JITTER_STEPS = 15;

    private final FaultySites sites;

    NetworkFaults(FaultySites sites) {
        this.sites = sites;
    }

    List<Fault> all() {
        return List.of(
                new Fault(4, "both sites cut off from the broker", this::cutOff, this::restore),
                new Fault(5, "link broken", this::cut, this::restore),
                new Fault(5, "link silent in one direction", this::hold, this::restore),
                new Fault(5, "links silent one by one, back in another order", this::swizzle, this::restore),
                new Fault(34, "links slow and uneven", this::jitter, this::restore),
                new Fault(34, "connections to the broker half open", this::strandBroker, this::restore),
                new Fault(34, "connections to the database half open", this::strandDatabase, this::restore));
    }

    /** As long as it takes for many transactions of both sites to wait, and for every timeout to pass. */
    Fault longPartition(Duration length) {
        return new Fault(
                5,
                "partition of " + length.toSeconds() + " s",
                random -> {
                    boolean silent = random.nextBoolean();
                    for (FaultySite site : random.nextBoolean() ? sites.both() : List.of(sites.any(random))) {
                        for (TcpProxy link : List.of(site.ownLog(), site.peerLog())) {
                            if (silent) {
                                link.holdAll();
                            } else {
                                link.cut();
                            }
                        }
                    }
                    Thread.sleep(length.toMillis());
                },
                this::restore);
    }

    /** What both sites write meanwhile is concurrent. */
    private void cutOff(Random random) throws InterruptedException {
        for (FaultySite site : sites.both()) {
            site.ownLog().cut();
            site.peerLog().cut();
        }
        Thread.sleep(500 + random.nextInt(PARTITION_MILLIS_MAX));
    }

    private void cut(Random random) throws InterruptedException {
        any(random).cut();
        Thread.sleep(random.nextInt(PARTITION_MILLIS_MAX));
    }

    private void hold(Random random) throws InterruptedException {
        any(random).hold(random.nextBoolean() ? TcpDirection.TO_TARGET : TcpDirection.FROM_TARGET);
        Thread.sleep(random.nextInt(PARTITION_MILLIS_MAX));
    }

    private void swizzle(Random random) throws InterruptedException {
        List<TcpProxy> links = new ArrayList<>();
        sites.both().forEach(site -> links.addAll(site.links()));
        Collections.shuffle(links, random);
        for (TcpProxy link : links) {
            link.holdAll();
            Thread.sleep(random.nextInt(300));
        }
        Collections.shuffle(links, random);
        for (TcpProxy link : links) {
            link.restore();
            Thread.sleep(random.nextInt(300));
        }
    }

    /** Every piece 100 ms late, give or take 50. */
    private void jitter(Random random) throws InterruptedException {
        for (int i = 0; i < JITTER_STEPS; i++) {
            for (FaultySite site : sites.both()) {
                site.links().forEach(link -> link.delay(Duration.ofMillis(50 + random.nextInt(100))));
            }
            Thread.sleep(200);
        }
    }

    private void strandBroker(Random random) {
        FaultySite site = sites.any(random);
        site.ownLog().strand();
        site.peerLog().strand();
    }

    /** The server has noticed and ended its sessions; that news never reaches the site. */
    private void strandDatabase(Random random) throws Exception {
        FaultySite site = sites.any(random);
        site.database().strand();
        site.endSessions("%");
    }

    private TcpProxy any(Random random) {
        List<TcpProxy> links = sites.any(random).links();
        return links.get(random.nextInt(links.size()));
    }

    private void restore() {
        sites.both().forEach(FaultySite::restoreLinks);
    }
}
