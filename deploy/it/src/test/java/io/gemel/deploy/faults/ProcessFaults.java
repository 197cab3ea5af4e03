package io.gemel.deploy.faults;

import static org.awaitility.Awaitility.await;

import io.gemel.deploy.fixture.SiteFixture;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Faults of the site processes: killed at random instants and in the middle of the awkward, frozen, too many of them. */
final class ProcessFaults {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int INTERLEAVED = 3;

    private final FaultySites sites;
    private final Workload workload;
    private final List<CompletableFuture<Void>> open = new ArrayList<>();

    ProcessFaults(FaultySites sites, Workload workload) {
        this.sites = sites;
        this.workload = workload;
    }

    List<Fault> all() {
        return List.of(
                new Fault(1, "site killed", this::kill, this::startAll),
                new Fault(2, "site killed during a transaction of 10 000 rows", this::killDuringBulk, this::startAll),
                new Fault(3, "site killed among interleaved transactions", this::killInterleaved, this::startAll),
                new Fault(12, "site frozen", this::freeze, Fault.Healing.NOTHING),
                new Fault(32, "two processes for one site", this::takeOver, Fault.Healing.NOTHING));
    }

    private void kill(Random random) throws InterruptedException {
        FaultySite site = sites.any(random);
        Thread.sleep(random.nextInt(500));
        site.process().kill();
        Thread.sleep(random.nextInt(500));
    }

    private void killDuringBulk(Random random) throws InterruptedException {
        FaultySite site = sites.any(random);
        open.add(inBackground(site.fixture(), site.name().charAt(0) + "bulk", Work::bulk));
        Thread.sleep(random.nextInt(600));
        site.process().kill();
    }

    /** Long transactions with rolled back savepoints, begun before and committed after short ones of the workload. */
    private void killInterleaved(Random random) throws InterruptedException {
        FaultySite site = sites.any(random);
        for (int i = 0; i < INTERLEAVED; i++) {
            long seed = random.nextLong();
            open.add(inBackground(site.fixture(), site.name().charAt(0) + "long", (statement, id) -> {
                Random own = new Random(seed);
                for (int j = 0; j < 4; j++) {
                    statement.execute("SAVEPOINT s");
                    statement.execute("INSERT INTO left_half VALUES ('" + id + "-undone')");
                    statement.execute("SELECT pg_sleep(" + own.nextDouble() / 4 + ")");
                    statement.execute("ROLLBACK TO s");
                }
                Work.pair(statement, id);
                Work.delta(statement, id, own);
            }));
        }
        Thread.sleep(random.nextInt(800));
        site.process().kill();
    }

    private CompletableFuture<Void> inBackground(SiteFixture site, String writer, Session.Body body) {
        return CompletableFuture.runAsync(() -> {
            try (Session session = Session.open(site, writer, workload.history())) {
                session.transact(body);
            } catch (SQLException e) {
                return; // the history knows
            }
        });
    }

    private void startAll() {
        for (FaultySite site : sites.both()) {
            if (!site.process().isAlive()) {
                site.process().start();
            }
        }
        open.forEach(CompletableFuture::join);
        open.clear();
    }

    private void freeze(Random random) throws InterruptedException {
        FaultySite site = sites.any(random);
        site.process().freeze();
        Thread.sleep(500 + random.nextInt(2500));
        site.process().thaw();
    }

    /** The second process takes over from a frozen one, which comes back to find itself replaced; then the second is killed. */
    private void takeOver(Random random) throws Exception {
        FaultySite site = sites.any(random);
        site.standby().start();
        await().atMost(LIMIT).until(() -> site.standby().status().contains("\"state\" : \"standby\""));
        site.process().freeze();
        // The kernel still answers for a frozen process, so the database is told that it is gone.
        site.endSessions("gemel-apply-%");
        await().atMost(LIMIT).until(() -> site.leads(site.standby()));
        site.process().thaw();
        Thread.sleep(random.nextInt(1000));
        site.standby().kill();
    }
}
