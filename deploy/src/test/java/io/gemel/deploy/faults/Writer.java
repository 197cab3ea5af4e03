package io.gemel.deploy.faults;

import io.gemel.deploy.SiteFixture;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/** An application that writes to one site's database, and through every failure goes on with new transactions. Own thread. */
final class Writer implements Callable<Void> {
    private static final int PAUSE_MILLIS_MAX = 80;
    private static final int RECONNECT_MILLIS = 50;

    private final SiteFixture site;
    private final String name;
    private final Random random;
    private final History history;
    private final Lock turn;
    private final BooleanSupplier stopped;

    /**
     * @param turn held during each transaction
     */
    Writer(SiteFixture site, String name, Random random, History history, Lock turn, BooleanSupplier stopped) {
        this.site = site;
        this.name = name;
        this.random = random;
        this.history = history;
        this.turn = turn;
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
                    Thread.sleep(random.nextInt(PAUSE_MILLIS_MAX));
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
