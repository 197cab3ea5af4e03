package io.gemel.deploy.router;

import static org.awaitility.Awaitility.await;

import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankReply;
import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Clients that come by a timetable, ask the router of one site for a level of durability, and take its first answer for good. The moment one is
 * answered it looks at the database of the site that did not carry it out.
 */
final class LevelLoad implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration ONE_TRY = Duration.ZERO;
    private static final long SECOND = 1_000_000_000L;

    private final BankClient client;
    private final String prefix;
    private final long periodNanos;
    private final String home;
    private final String level;
    private final Map<String, Connection> others;
    private final ScheduledExecutorService timetable = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService witness = Executors.newSingleThreadExecutor();
    private final Collection<Told> log = new ConcurrentLinkedQueue<>();
    private int sent;

    /**
     * What a client was told.
     *
     * @param level what it asked for
     * @param atPeer whether the site that did not carry it out had the effect when it was told so
     */
    record Told(BankExchange exchange, String level, boolean atPeer) {
        BankReply reply() {
            return exchange.reply().orElseThrow(() -> new AssertionError(exchange.toString()));
        }

        String key() {
            return exchange.key();
        }

        /** It was carried out there. */
        boolean isOf(String site) {
            return reply().site().equals(site);
        }

        /** It is done, and as durable as was asked. */
        boolean isAcknowledged() {
            return exchange.isAcknowledged() && reply().durability().equals(level);
        }

        boolean isDone() {
            return isAcknowledged() || isMissed();
        }

        /** It is done, and not known to be as durable as was asked. */
        boolean isMissed() {
            return reply().status() == 504
                    && reply().outcome().equals("executed")
                    && reply().durability().equals("local");
        }
    }

    /**
     * Begins at once.
     *
     * @param prefix of its keys; one that nobody else uses
     */
    LevelLoad(RouterFixture fixture, String site, String level, String prefix, int perSecond) throws SQLException {
        client = new BankClient(List.of(fixture.router(site).uri()), LIMIT, ONE_TRY).asking(level);
        this.prefix = prefix;
        periodNanos = SECOND / perSecond;
        home = site;
        this.level = level;
        others = Map.of(
                "east", fixture.sites().west().connectAsAdministrator(),
                "west", fixture.sites().east().connectAsAdministrator());
        timetable.scheduleAtFixedRate(this::send, 0, periodNanos, TimeUnit.NANOSECONDS);
    }

    private void send() {
        // All digits, so that no key is the beginning of another one.
        String key = String.format("%s-%06d", prefix, sent);
        int from = sent++ % (BankTables.ACCOUNTS - 1) + 1;
        CompletableFuture<Void> unused = client.submit(
                        key, "/transfers", RouterFixture.transfer(from, from + 1), System.nanoTime())
                .thenAcceptAsync(this::note, witness);
    }

    private void note(BankExchange exchange) {
        try {
            Connection other = others.get(exchange.reply().map(BankReply::site).orElse(""));
            log.add(new Told(
                    exchange,
                    level,
                    other != null
                            && Sql.isTrue(other, "SELECT EXISTS (SELECT FROM effect WHERE key = ?)", exchange.key())));
        } catch (SQLException e) {
            throw new IllegalStateException("the witness at the other site sees nothing", e);
        }
    }

    /** Everything told so far. */
    List<Told> told() {
        return List.copyOf(log);
    }

    /** What was told of submissions that were sent since a moment of {@link System#nanoTime}, but for those that spilled over to the other site. */
    List<Told> toldSince(long nanos) {
        return told().stream()
                .filter(each -> each.isOf(home))
                .filter(each -> each.exchange().intended() >= nanos)
                .toList();
    }

    /** Waits until so many submissions that were sent since a moment are as durable as was asked. */
    void awaitAcknowledged(long since, int count) {
        await().atMost(LIMIT)
                .until(() ->
                        toldSince(since).stream().filter(Told::isAcknowledged).count() >= count);
    }

    /** Waits until so many submissions that were sent since a moment are told anything. */
    void awaitTold(long since, int count) {
        await().atMost(LIMIT).until(() -> toldSince(since).size() >= count);
    }

    /** Sends no more, and waits until all that were sent are told something. */
    void finish() throws InterruptedException {
        timetable.shutdown();
        if (!timetable.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the timetable does not end");
        }
        await().atMost(LIMIT).until(() -> log.size() == sent);
    }

    @Override
    public void close() throws SQLException {
        timetable.shutdownNow();
        witness.shutdownNow();
        for (Connection each : others.values()) {
            each.close();
        }
    }
}
