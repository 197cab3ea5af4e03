package io.gemel.deploy.faults;

import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.Kafka;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.embedded.TcpProxy;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.TwoSites;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Two sites as processes of their own, a proxy on each of their connections, and, for root, small disks of their own. */
final class FaultySites implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    /** After this long without an answer a Kafka client takes a connection for dead. */
    private static final String KAFKA_ANSWER_MILLIS = "5000";

    private final TwoSites sites;
    private final FaultySite east;
    private final FaultySite west;
    private final List<SmallDisk> disks;
    private final List<TcpProxy> proxies;

    private FaultySites(
            TwoSites sites, FaultySite east, FaultySite west, List<SmallDisk> disks, List<TcpProxy> proxies) {
        this.sites = sites;
        this.east = east;
        this.west = west;
        this.disks = disks;
        this.proxies = proxies;
    }

    /** Starts servers and processes and waits until both sites are at work. */
    static FaultySites start(Path folder) throws Exception {
        List<SmallDisk> disks = SmallDisk.mount(folder.resolve("west"), folder.resolve("kafka"));
        KafkaServer.Builder broker =
                KafkaServer.builder(folder.resolve("kafka")).mode(KafkaServer.Mode.CHILD_PROCESS);
        List<TcpProxy> toBroker = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int listenPort = FreePorts.next();
            TcpProxy proxy = TcpProxy.to(listenPort);
            toBroker.add(proxy);
            broker.proxied(listenPort, proxy.port());
        }
        TwoSites sites = TwoSites.start(folder, Version.V18, broker.build(), FaultTables.SETTINGS);
        List<TcpProxy> proxies = new ArrayList<>(toBroker);
        proxies.add(TcpProxy.to(sites.eastServer().port()));
        proxies.add(TcpProxy.to(sites.westServer().port()));
        // Small enough for a small disk, and so that a log that nobody reads shows.
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            site.alterSystem("ALTER SYSTEM SET max_wal_size = '128MB'");
        }
        sites.schema(TwoSites.PROBE).schema(FaultTables.schema()).prepare();
        FaultySites faulty = new FaultySites(
                sites,
                site(
                        sites,
                        sites.east(),
                        sites.eastServer(),
                        List.of(proxies.get(4), toBroker.get(0), toBroker.get(1))),
                site(
                        sites,
                        sites.west(),
                        sites.westServer(),
                        List.of(proxies.get(5), toBroker.get(2), toBroker.get(3))),
                disks,
                proxies);
        try {
            faulty.begin();
        } catch (Exception | Error e) {
            faulty.close();
            throw e;
        }
        return faulty;
    }

    private void begin() {
        both().forEach(each -> each.process().start());
        for (FaultySite each : both()) {
            await().atMost(START_LIMIT).until(() -> each.leads(each.process()));
        }
    }

    /** The processes come through the proxies; prepare and tests do not. */
    private static FaultySite site(TwoSites sites, SiteFixture fixture, PostgresServer server, List<TcpProxy> links)
            throws Exception {
        String name = fixture.config().site().name();
        fixture.with("database.url", "jdbc:postgresql://" + links.get(0).address() + "/" + name)
                .with("kafka.bootstrap.servers", links.get(1).address())
                .with("kafka.request.timeout.ms", KAFKA_ANSWER_MILLIS)
                .with("peer.kafka.bootstrap.servers", links.get(2).address())
                .with("peer.kafka.request.timeout.ms", KAFKA_ANSWER_MILLIS);
        return new FaultySite(
                name,
                fixture,
                server,
                sites.process(fixture, name),
                sites.process(fixture, name + "-standby"),
                links.get(0),
                links.get(1),
                links.get(2));
    }

    TwoSites sites() {
        return sites;
    }

    List<FaultySite> both() {
        return List.of(east, west);
    }

    FaultySite any(Random random) {
        return random.nextBoolean() ? east : west;
    }

    Kafka broker() {
        return sites.kafka();
    }

    /** The disk of west's database and that of the broker; empty when this user may not mount any. */
    List<SmallDisk> disks() {
        return disks;
    }

    @Override
    public void close() {
        proxies.forEach(TcpProxy::close);
        sites.close();
        disks.forEach(SmallDisk::close);
    }
}
