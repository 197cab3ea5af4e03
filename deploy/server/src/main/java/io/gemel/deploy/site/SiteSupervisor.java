package io.gemel.deploy.site;

import io.gemel.apply.api.ApplyException;
import io.gemel.capture.api.CaptureException;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.site.SiteFigures.Failure;
import io.gemel.deploy.status.ApplyControl;
import io.gemel.deploy.status.RouterApi;
import io.gemel.deploy.status.StatusReport;
import io.gemel.deploy.verdict.SiteVerdict;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a site running: starts a run of it, and after a failure, if the cause allows, the next one. A second supervisor
 * for the same database waits as standby and takes over when the first one's process dies. Thread-safe.
 */
public final class SiteSupervisor implements ApplyControl, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SiteSupervisor.class);
    private static final Duration STANDBY_POLL = Duration.ofMillis(250);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(300);

    /** A run that lasts this long did not fail again for the same cause. */
    private static final Duration PROBATION = Duration.ofSeconds(2);

    private final SiteConfig config;
    private final LongUnaryOperator commitClock;
    private final InstantSource clock;
    private final LinkedBlockingQueue<Failure> failures = new LinkedBlockingQueue<>();
    private final SiteFigures figures = new SiteFigures(failures::add);
    private final DatabaseProbe probe;
    private final ReasonWatch watch;
    private final Reasons reasons;
    private final RunReasons runs;
    private final ReplicatedTables tables;
    private final TableWatch tableWatch;
    private final SiteApi desk;
    private final OperatorOrders orders = new OperatorOrders();
    private final Thread thread;
    private volatile SiteState state = SiteState.STARTING;
    private volatile String reason = "";
    private volatile @Nullable Site life;
    private volatile @Nullable Site connected; // also while it is a standby, or starts

    /**
     * Prepares a supervisor; {@link #start} begins.
     *
     * @param commitClock applied to every commit time before it becomes part of a version; the identity but for tests
     * @param clock wall clock
     */
    public SiteSupervisor(SiteConfig config, LongUnaryOperator commitClock, InstantSource clock) {
        this(config, commitClock, clock, SiteTimes.USUAL);
    }

    /** {@link #SiteSupervisor(SiteConfig, LongUnaryOperator, InstantSource)} with times of its own. */
    SiteSupervisor(SiteConfig config, LongUnaryOperator commitClock, InstantSource clock, SiteTimes times) {
        this.config = config;
        this.commitClock = commitClock;
        this.clock = clock;
        probe = new DatabaseProbe(config, this::vanished);
        watch = new ReasonWatch(config.site(), clock, times.waitLimit());
        reasons = watch.reasons();
        runs = new RunReasons(reasons);
        tables = new ReplicatedTables(config);
        tableWatch = new TableWatch(config, reasons, times.tables(), this::judged);
        desk = new SiteApi(config, () -> now().routerView(), () -> life);
        thread = SiteThread.of(config.site(), "site", this::run);
    }

    public void start() {
        probe.start();
        reasons.watch(probe::tell);
        watch.start();
        tableWatch.start();
        thread.start();
    }

    private void run() {
        try {
            while (state != SiteState.CLOSED) {
                Failure failure = live();
                report(failure);
                Duration pause = failure.halt() ? config.limits().haltRetryInterval() : RETRY_PAUSE;
                orders.awaitResume(pause);
                probe.awaitAnswer();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            move(SiteState.CLOSED, "");
        }
    }

    /** One run, from its start to the failure that ended it. */
    private Failure live() throws InterruptedException {
        failures.clear();
        boolean leads = false;
        try (Site site = new Site(config, commitClock, clock, figures, reasons, tables)) {
            orders.hold(site.applier());
            while (!site.tryLead()) {
                connected = site;
                if (state != SiteState.STANDBY) {
                    LOG.info("standby: another process leads this site");
                }
                move(SiteState.STANDBY, "another process leads this site");
                runs.standby();
                TimeUnit.MILLISECONDS.sleep(STANDBY_POLL.toMillis());
            }
            connected = site;
            leads = true;
            LOG.atLevel(runs.lineLevel()).log("leadership acquired");
            runs.led();
            move(SiteState.STARTING, "");
            SiteVerdict verdict = tableWatch.judge();
            Optional<Failure> bar = bar(verdict);
            if (bar.isPresent()) {
                return bar.get();
            }
            tables.follow(verdict);
            site.start();
            life = site;
            move(SiteState.RUNNING, "");
            LOG.atLevel(runs.lineLevel()).log("site running");
            Failure failure = failures.poll(PROBATION.toMillis(), TimeUnit.MILLISECONDS);
            if (failure == null) {
                runs.proved();
                failure = failures.take();
            }
            report(failure); // before everything is closed, which may take long
            return failure;
        } catch (ApplyException e) {
            return refused().orElse(Failure.of(e));
        } catch (CaptureException e) {
            return Failure.of(e);
        } catch (SQLException e) {
            return new Failure(ReasonCode.APPLY_RESTARTING, false, "the catalog cannot be read: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("{} ended", config.site(), e);
            return new Failure(ReasonCode.APPLY_RESTARTING, false, "unexpected: " + e);
        } finally {
            life = null;
            connected = null;
            if (leads) {
                LOG.atLevel(runs.lineLevel()).log("leadership released");
            }
        }
    }

    /** Everything of the run that waits for the database would wait for long. */
    private void vanished(String why) {
        Site site = connected;
        if (site != null) {
            failures.add(new Failure(ReasonCode.SITE_DATABASE_UNREACHABLE, false, why));
            site.abandon();
        }
        tableWatch.abandon();
    }

    /** What keeps the database out as a whole. */
    private Optional<Failure> bar(SiteVerdict verdict) throws SQLException, InterruptedException {
        if (!verdict.site().isEmpty()) {
            return Optional.of(Failure.of(verdict));
        }
        List<String> missing = tableWatch.missing();
        return missing.isEmpty() ? Optional.empty() : Optional.of(Failure.unprepared(missing, config.file()));
    }

    /** What the applier cannot do in a database that cannot take part would otherwise read as something to be granted. */
    private Optional<Failure> refused() throws InterruptedException {
        try {
            return bar(tableWatch.judge());
        } catch (SQLException e) {
            return Optional.empty(); // the applier's own failure says what is wrong with the database
        }
    }

    /**
     * The tables of a run are fixed when it starts: with other tables, or other names of partitioned tables, a new run
     * starts.
     */
    private void judged(SiteVerdict verdict) {
        if (life == null) {
            return;
        }
        if (tables.agreesWith(verdict)) {
            tables.meet(verdict);
        } else {
            failures.add(new Failure(
                    ReasonCode.SITE_TABLES_CHANGED,
                    false,
                    "the set of tables that can be replicated has changed, the publication was altered, or a"
                            + " partitioned table was renamed; the site restarts"));
        }
    }

    private void report(Failure failure) {
        runs.failed(failure.code(), failure.reason());
        move(failure.halt() ? SiteState.HALTED : SiteState.STARTING, failure.reason());
    }

    private synchronized void move(SiteState next, String why) {
        if (state != SiteState.CLOSED) {
            state = next;
            reason = why;
        }
    }

    public SiteState state() {
        return state;
    }

    /** Why it is not running; empty when it is. */
    public String reason() {
        return reason;
    }

    /** All current metrics. */
    public StatusReport report() {
        return now().report();
    }

    private SiteReport now() {
        return new SiteReport(config.site(), state, reason, figures, life, probe.view(), clock, reasons.present());
    }

    /** Answers transaction routers, for as long as this is not closed. */
    public RouterApi desk() {
        return desk;
    }

    @Override
    public void pause() {
        orders.pause();
    }

    @Override
    public void resume() {
        orders.resume();
    }

    /** Waits until {@link #close} has ended everything. */
    public void awaitEnd() throws InterruptedException {
        thread.join();
    }

    private void seal() {
        Site site = life;
        if (site != null && state == SiteState.RUNNING) {
            try {
                site.seal();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the current run cleanly and starts no other; an interrupt ends only the wait. */
    @Override
    public void close() {
        seal();
        move(SiteState.CLOSED, "");
        probe.close();
        watch.close();
        tableWatch.close();
        desk.close();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
