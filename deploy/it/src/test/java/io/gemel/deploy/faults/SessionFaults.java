package io.gemel.deploy.faults;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What other users of a database do to the applier, and ways of writing that look like the applier's own. */
final class SessionFaults {
    private static final int WRITERS = 32;
    private static final int TRANSACTIONS_PER_WRITER = 8;

    private final FaultySites sites;
    private final Workload workload;

    SessionFaults(FaultySites sites, Workload workload) {
        this.sites = sites;
        this.workload = workload;
    }

    List<Fault> all() {
        return List.of(
                new Fault(10, "applications write like a replica", this::writeLikeReplica, Fault.Healing.NOTHING),
                new Fault(14, "32 writers commit at once", this::burst, Fault.Healing.NOTHING),
                new Fault(22, "rows locked for longer than the applier waits", this::lock, Fault.Healing.NOTHING),
                new Fault(22, "deadlocks with the applier", this::deadlock, Fault.Healing.NOTHING),
                new Fault(22, "statements end after 10 ms", this::limitStatements, this::unlimitStatements),
                new Fault(24, "counters locked while both sites add", this::lockCounters, Fault.Healing.NOTHING));
    }

    /** With a replication origin, as a connection pool may leave it set, and with triggers off: local writes all the same. */
    private void writeLikeReplica(Random random) throws SQLException {
        FaultySite site = sites.any(random);
        String writer = site.name().charAt(0) + "replica";
        try (Session session = Session.open(site.fixture(), writer, workload.history())) {
            session.prepare(
                    "SELECT pg_replication_origin_create('other') WHERE NOT EXISTS"
                            + " (SELECT FROM pg_replication_origin WHERE roname = 'other')",
                    "SELECT pg_replication_origin_session_setup('other')",
                    "SET session_replication_role = replica");
            for (int i = 0; i < 10; i++) {
                session.transact((statement, id) -> {
                    Work.pair(statement, id);
                    Work.contend(statement, id, random);
                });
            }
        }
    }

    private void burst(Random random) {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            FaultySite site = sites.both().get(i % 2);
            Random own = new Random(random.nextLong());
            all.add(CompletableFuture.runAsync(() -> writeBurst(site, own), threads));
        }
        all.forEach(CompletableFuture::join);
        threads.shutdown();
    }

    private void writeBurst(FaultySite site, Random random) {
        for (int i = 0; i < TRANSACTIONS_PER_WRITER; i++) {
            try (Session session = Session.open(site.fixture(), site.name().charAt(0) + "burst", workload.history())) {
                session.transact((statement, id) -> {
                    Work.delta(statement, id, random);
                    Work.contend(statement, id, random);
                });
            } catch (SQLException e) {
                continue; // a deadlock: the history knows
            }
        }
    }

    private void lock(Random random) throws SQLException {
        hold(random, "SELECT FROM account FOR UPDATE", "SELECT pg_sleep(3)");
    }

    private void lockCounters(Random random) throws SQLException {
        hold(random, "SELECT FROM counter FOR UPDATE", "SELECT pg_sleep(2.5)");
    }

    /** Locks what the applier locks, in other orders, and waits in between. */
    private void deadlock(Random random) throws SQLException {
        for (int i = 0; i < 6; i++) {
            List<String> statements = new ArrayList<>();
            for (int j = 0; j < 8; j++) {
                int from = random.nextInt(FaultTables.ACCOUNTS);
                statements.add("SELECT FROM account WHERE id BETWEEN " + from + " AND " + (from + 10)
                        + " ORDER BY id DESC FOR UPDATE");
                statements.add("SELECT pg_sleep(0.05)");
            }
            try {
                hold(random, statements.toArray(String[]::new));
            } catch (SQLException e) {
                continue; // it may be the victim itself
            }
        }
    }

    private void hold(Random random, String... statements) throws SQLException {
        FaultySite site = sites.any(random);
        try (Session session = Session.open(site.fixture(), site.name().charAt(0) + "lock", workload.history())) {
            session.prepare(statements);
        }
    }

    private void limitStatements(Random random) throws Exception {
        FaultySite site = sites.any(random);
        site.fixture().execute("ALTER ROLE " + site.fixture().role() + " SET statement_timeout = '10ms'");
        site.endSessions("gemel-%");
        Thread.sleep(1000 + random.nextInt(1000));
    }

    private void unlimitStatements() throws SQLException {
        for (FaultySite site : sites.both()) {
            site.fixture().execute("ALTER ROLE " + site.fixture().role() + " RESET statement_timeout");
            site.endSessions("gemel-%");
        }
    }
}
