package io.gemel.deploy.site;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.Gate;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.database.SqlState;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Looks at the site's database again and again on a thread of its own, whether the site runs or not, so that those who ask never wait
 * for a database that does not answer.
 */
final class DatabaseProbe implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(250);

    /** A connection on which nothing comes for this long is given up. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(1);

    /** An answer older than this is none. */
    private static final Duration MEMORY = Duration.ofSeconds(1);

    /**
     * Without an answer for this long, neither on the connection that it keeps nor on a new one, the database has vanished. A server
     * that is busy, or in which every other session waits, answers in time: the question reads one row.
     */
    private static final Duration SILENCE = Duration.ofSeconds(3);

    /** Between two looks at how much of its log the database keeps. */
    private static final Duration WAL_INTERVAL = Duration.ofSeconds(5);

    private final SiteConfig config;
    private final SideConnection connection;
    private final Consumer<String> vanished;
    private final Thread thread;
    private volatile boolean silent;
    private volatile View view = new View(false, false, "not asked yet", 0, System.nanoTime());
    private long heardNanos = System.nanoTime();
    private long walNanos = System.nanoTime() - WAL_INTERVAL.toNanos();

    /**
     * What was seen.
     *
     * @param up whether the database answered
     * @param open whether the gate was open
     * @param problem why it is not known whether the gate is open; empty when it is
     * @param walRetainedBytes log that the database keeps for the slot, as last known
     * @param nanos when, by the clock that only runs forward
     */
    record View(boolean up, boolean open, String problem, long walRetainedBytes, long nanos) {}

    /**
     * Looks at nothing yet.
     *
     * @param vanished given the reason after each look at a database that has vanished, on the probe's thread
     */
    DatabaseProbe(SiteConfig config, Consumer<String> vanished) {
        this.config = config;
        this.vanished = vanished;
        connection = new SideConnection(config, "probe", ANSWER_MAX);
        thread = SiteThread.daemon(config.site(), "probe", this::run);
    }

    void start() {
        thread.start();
    }

    /** What was seen last, if that is not too long ago. Any thread, at once. */
    View view() {
        View last = view;
        return System.nanoTime() - last.nanos() < MEMORY.toNanos()
                ? last
                : new View(false, false, "the database does not answer", last.walRetainedBytes(), last.nanos());
    }

    /** Whether the database answers is a reason, or none. */
    void tell(Reasons reasons) {
        View seen = view();
        if (seen.up()) {
            reasons.over(ReasonCode.SITE_DATABASE_UNREACHABLE);
        } else if (silent) {
            reasons.raise(ReasonCode.SITE_DATABASE_UNREACHABLE, text(seen));
        } else {
            reasons.waiting(ReasonCode.SITE_DATABASE_UNREACHABLE, "", () -> text(seen));
        }
    }

    private String text(View seen) {
        return "the database at " + config.database().url() + " does not answer (" + seen.problem()
                + "): start it, or check why this machine cannot reach it. The site resumes automatically when it answers";
    }

    /** Waits until a database that has vanished answers again; returns at once while it has not. Any thread. */
    void awaitAnswer() throws InterruptedException {
        while (silent) {
            Thread.sleep(INTERVAL.toMillis());
        }
    }

    private void run() {
        try {
            while (true) {
                look();
                Thread.sleep(INTERVAL.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connection.close();
        }
    }

    private void look() throws InterruptedException {
        View before = view;
        boolean fresh = !connection.isOpen();
        try {
            view = connection.ask(session -> new View(true, Gate.isOpen(session), "", wal(session), System.nanoTime()));
        } catch (SQLException e) {
            String state = SqlState.of(e);
            boolean answered = !state.isEmpty() && !state.startsWith("08") && !state.startsWith("57P");
            view = new View(
                    answered, false, String.valueOf(e.getMessage()), before.walRetainedBytes(), System.nanoTime());
        }
        listen(fresh);
    }

    /** @param fresh whether the last look was one on a new connection */
    private void listen(boolean fresh) {
        if (view.up()) {
            heardNanos = view.nanos();
            silent = false;
        } else if (fresh && System.nanoTime() - heardNanos >= SILENCE.toNanos()) {
            silent = true;
            vanished.accept(text(view));
        }
    }

    private long wal(Connection session) throws SQLException {
        if (System.nanoTime() - walNanos < WAL_INTERVAL.toNanos()) {
            return view.walRetainedBytes();
        }
        walNanos = System.nanoTime();
        return Sql.first(
                        session,
                        row -> row.getLong(1),
                        "SELECT pg_current_wal_lsn() - restart_lsn FROM pg_replication_slots WHERE slot_name = ?",
                        config.slot())
                .orElse(0L);
    }

    /** Ends the checks; does not wait for a running one. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
