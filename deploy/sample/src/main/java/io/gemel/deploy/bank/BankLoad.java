package io.gemel.deploy.bank;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Open-loop clients: submissions are sent on a schedule, independent of earlier answers, and their latency counts from
 * the scheduled time. So a stall shows in all requests that it delays, not in one answer only.
 */
public final class BankLoad implements AutoCloseable {
    /** Submissions without a final answer; beyond it the load gives up rather than fall behind its timetable. */
    private static final int UNDER_WAY_MAX = 20_000;

    private static final int AMOUNT_MAX = 20;
    private static final int PURCHASE_EVERY = 5;
    private static final long SECOND = 1_000_000_000L;

    private final BankClient client;
    private final String prefix;
    private final int perSecond;
    private final Random random;
    private final Thread thread = new Thread(this::send, "bank-load");
    private final Semaphore room = new Semaphore(UNDER_WAY_MAX);
    private final Collection<BankExchange> log = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;
    private volatile boolean overrun;

    /**
     * A load; {@link #start} begins.
     *
     * @param prefix what its keys begin with; one that no other load of these databases uses
     */
    public BankLoad(BankClient client, String prefix, int perSecond, Random random) {
        this.client = client;
        this.prefix = prefix;
        this.perSecond = perSecond;
        this.random = random;
    }

    public BankLoad start() {
        thread.start();
        return this;
    }

    private void send() {
        long start = System.nanoTime();
        for (long number = 0; !ended; number++) {
            long intended = start + number * SECOND / perSecond;
            for (long now = System.nanoTime(); now < intended; now = System.nanoTime()) {
                LockSupport.parkNanos(intended - now);
            }
            if (!room.tryAcquire()) {
                overrun = true;
                return;
            }
            String key = prefix + "-" + number;
            boolean purchase = random.nextInt(PURCHASE_EVERY) == 0;
            String body = purchase ? purchase() : transfer();
            CompletableFuture<Void> unused = client.submit(key, purchase ? "/purchases" : "/transfers", body, intended)
                    .thenAccept(this::note);
        }
    }

    private void note(BankExchange exchange) {
        log.add(exchange);
        room.release();
    }

    private String transfer() {
        int from = account();
        int to = from == BankTables.ACCOUNTS ? 1 : from + 1;
        return "{\"from\":" + from + ",\"to\":" + to + ",\"amount\":" + amount() + "}";
    }

    private String purchase() {
        return "{\"account\":" + account() + ",\"lines\":[{\"article\":\"tea\",\"price\":" + amount()
                + "},{\"article\":\"cup\",\"price\":" + amount() + "}]}";
    }

    private int account() {
        return random.nextInt(1, BankTables.ACCOUNTS + 1);
    }

    private int amount() {
        return random.nextInt(1, AMOUNT_MAX);
    }

    /** All that ended so far. */
    public List<BankExchange> log() {
        return List.copyOf(log);
    }

    /** Submissions without a final answer. */
    public int underWay() {
        return UNDER_WAY_MAX - room.availablePermits();
    }

    /** The one that took longest of the submissions that were to be sent in a span of {@link System#nanoTime}. */
    public Optional<BankExchange> slowest(long from, long to) {
        return log.stream()
                .filter(each -> each.intended() >= from && each.intended() < to)
                .max(Comparator.comparing(BankExchange::latency));
    }

    /**
     * Sends no more, and waits until everything under way has ended.
     *
     * @throws IllegalStateException when the load could not keep its timetable
     */
    public void finish() throws InterruptedException {
        ended = true;
        thread.join();
        room.acquire(UNDER_WAY_MAX);
        room.release(UNDER_WAY_MAX);
        if (overrun) {
            throw new IllegalStateException("more than " + UNDER_WAY_MAX + " submissions were under way");
        }
    }

    /** Sends no more, and waits for nothing. */
    @Override
    public void close() {
        ended = true;
    }
}
