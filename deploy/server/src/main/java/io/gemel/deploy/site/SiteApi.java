package io.gemel.deploy.site;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.status.RouterApi;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.TableId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers routers for a site, whether it runs or not. Thread-safe. */
final class SiteApi implements RouterApi, AutoCloseable {
    private static final TableId LEDGER = GemelTable.SUBMISSION.id();
    private static final String PARKED = "SELECT EXISTS (SELECT FROM " + GemelTable.PARKED_ROW
            + " WHERE table_schema = ? AND table_name = ? AND key = ARRAY[?::text])";

    private final SiteConfig config;
    private final Supplier<SiteView> view;
    private final Supplier<@Nullable Site> life;
    private final SideConnection questions;
    private final SideConnection terminations;

    /**
     * @param view what the site is now; at once
     * @param life the present life, when there is one that runs
     */
    SiteApi(SiteConfig config, Supplier<SiteView> view, Supplier<@Nullable Site> life) {
        this.config = config;
        this.view = view;
        this.life = life;
        questions = new SideConnection(config, "desk");
        terminations = new SideConnection(config, "terminate");
    }

    @Override
    public SiteView site() {
        return view.get();
    }

    @Override
    public Optional<String> barrier(String origin, String key, Duration limit) throws InterruptedException {
        Site site = life.get();
        if (!origin.equals(config.peer().name())) {
            return Optional.of("site " + config.site() + " applies the log of " + config.peer() + ", not of " + origin);
        }
        if (site == null) {
            return Optional.of(notRunning());
        }
        Optional<String> blocker = site.applier().awaitPeerLog(limit, false);
        return blocker.isEmpty() && !key.isEmpty() ? parked(key) : blocker;
    }

    /** What is parked counts as applied for the log, but a person may still let it take effect. */
    private Optional<String> parked(String key) throws InterruptedException {
        try {
            return questions.ask(session -> Sql.isTrue(session, PARKED, LEDGER.schema(), LEDGER.name(), key))
                    ? Optional.of("the transaction of submission " + key + " is parked here, see gemel parked")
                    : Optional.empty();
        } catch (SQLException e) {
            return Optional.of("it is not known whether submission " + key + " is parked: " + e.getMessage());
        }
    }

    @Override
    public Optional<String> durable(Level level, Duration limit) throws InterruptedException {
        Site site = life.get();
        return site == null ? Optional.of(notRunning()) : site.durability().await(level == Level.APPLIED, limit);
    }

    private String notRunning() {
        SiteView now = view.get();
        return "site " + config.site() + " does not run (capture " + now.capture() + ", apply " + now.apply() + ")";
    }

    @Override
    public Termination terminate(String vm, Duration age) throws InterruptedException {
        try {
            return terminations.ask(session -> VmSessions.terminate(session, vm, age));
        } catch (SQLException e) {
            return new Termination(0, "the database: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        questions.close();
        terminations.close();
    }
}
