package io.gemel.deploy.faults;

import io.gemel.deploy.fixture.SiteFixture;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/**
 * An application that writes to one site's database, and through every failure goes on with new transactions: the fewer, the further the other
 * site is behind, so that a slow machine does not get more to do than it can. Own thread.
 */
final class Writer implements Callable<Void> {
    private static final int PAUSE_MILLIS_MAX = 80;
    private static final int RECONNECT_MILLIS = 50;

    /** Steps that the other site lacks when a writer's pauses are twice as long; one in ten transactions is a step. */
    private static final long STEPS_BEHIND = 5;

    private static final long SLOWER_MAX = 8;

    private final SiteFixture site;
    private final String name;
    private final Random random;
    private final History history;
    private final Lock turn;
    private final ToLongFunction<String> arrived;
    private final BooleanSupplier stopped;

    /**
     * @param turn held during each transaction
     * @param arrived how many steps of a writer the other site has
     */
    Writer(
            SiteFixture site,
            String name,
            Random random,
            History history,
            Lock turn,
            ToLongFunction<String> arrived,
            BooleanSupplier stopped) {
        this.site = site;
        this.name = name;
        this.random = random;
        this.history = history;
        this.turn = turn;
        this.arrived = arrived;
        this.stopped = stopped;
    }

    @Override
    public Void call() throws InterruptedException {
        while (!stopped.getAsBoolean()) {
            try (Session session = Session.openAsGemel(site, name, history)) {
                // Whether the last step of the former session was committed is known only here.
                long step = 1 + session.number(lastStep("odd_step")) + session.number(lastStep("even_step"));
                while (!stopped.getAsBoolean()) {
                    step += transact(session, step);
                    long behind = step - 1 - arrived.applyAsLong(name);
                    Thread.sleep(random.nextInt(PAUSE_MILLIS_MAX) * Math.min(SLOWER_MAX, 1 + behind / STEPS_BEHIND));
                }
            } catch (SQLException e) {
                Thread.sleep(RECONNECT_MILLIS); // a deadlock, a lock held for too long, or the server is away
            }
        }
        return null;
    }

    /** Number of steps taken. */
    private int transact(Session session, long step) throws SQLException {
        turn.lock();
        try {
            int kind = random.nextInt(21);
            if (kind > 18) {
                String key = history.submissionKey(random);
                session.submit(key, (statement, id) -> LinkedWork.submit(statement, id, key, random));
                return 0;
            }
            session.transact((statement, id) -> {
                switch (kind) {
                    case 0, 1 -> Work.pair(statement, id);
                    case 2, 3 -> Work.step(statement, name, step);
                    case 4, 5 -> Work.delta(statement, id, random);
                    case 6, 7, 8, 9 -> LinkedWork.claim(statement, id, random);
                    case 10, 11, 12 -> LinkedWork.relate(statement, id, random);
                    case 13, 14, 15 -> CircularWork.turn(statement, id, random);
                    default -> Work.contend(statement, id, random);
                }
            });
            return kind == 2 || kind == 3 ? 1 : 0;
        } finally {
            turn.unlock();
        }
    }

    private String lastStep(String table) {
        return "SELECT count(*) FROM " + table + " WHERE writer = '" + name + "'";
    }
}
