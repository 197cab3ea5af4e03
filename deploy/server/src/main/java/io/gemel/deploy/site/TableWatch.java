package io.gemel.deploy.site;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.GemelSchema;
import io.gemel.deploy.verdict.Blocker;
import io.gemel.deploy.verdict.SiteVerdict;
import io.gemel.deploy.verdict.TableSetup;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Compares, repeatedly on a dedicated thread, the tables that the configuration matches with what can be replicated and
 * with what is set up. Each table that is refused or not set up is a reason for as long as it is. A database that does
 * not answer changes nothing here: others say so.
 */
final class TableWatch implements AutoCloseable {
    /** The catalog of thousands of tables takes longer to read than one row. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    /** To the first look: a site that starts asks the same at that moment, and waits for nobody else who asks. */
    private static final Duration FIRST = Duration.ofSeconds(1);

    private final Reasons reasons;
    private final Consumer<SiteVerdict> judged;
    private final SiteConfig config;
    private final Duration interval;
    private final SideConnection connection;
    private final Thread thread;
    private Map<Key, String> told = Map.of();

    private record Key(ReasonCode code, String subject) {}

    /**
     * @param interval between the end of a look and the next one
     * @param judged given each verdict, on this watch's thread
     */
    TableWatch(SiteConfig config, Reasons reasons, Duration interval, Consumer<SiteVerdict> judged) {
        this.config = config;
        this.reasons = reasons;
        this.judged = judged;
        this.interval = interval;
        connection = new SideConnection(config, "tables", ANSWER_MAX);
        thread = SiteThread.daemon(config.site(), "tables", this::run);
    }

    void start() {
        thread.start();
    }

    /** Reads and judges now. Any thread. */
    SiteVerdict judge() throws SQLException, InterruptedException {
        return connection.ask(session -> SiteVerdict.read(session, config));
    }

    /** The names of what the schema {@code gemel} lacks now. Any thread. */
    List<String> missing() throws SQLException, InterruptedException {
        return connection.ask(GemelSchema::missing);
    }

    private void run() {
        try {
            Thread.sleep(Math.min(FIRST.toMillis(), interval.toMillis()));
            while (true) {
                look();
                Thread.sleep(interval.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connection.close();
        }
    }

    private void look() throws InterruptedException {
        TableSetup setup;
        try {
            setup = connection.ask(session -> TableSetup.read(session, config));
        } catch (SQLException e) {
            return;
        }
        tell(present(setup));
        judged.accept(setup.verdict());
    }

    private static Map<Key, String> present(TableSetup setup) {
        Map<Key, String> present = new HashMap<>();
        setup.verdict()
                .refused()
                .forEach((table, broken) -> present.put(
                        new Key(ReasonCode.TABLE_REFUSED, table.toString()),
                        "table " + table + " is not replicated, and changes made in the meantime never reach the peer: "
                                + broken.stream().map(Blocker::toString).collect(Collectors.joining("; "))));
        setup.unprepared()
                .forEach(missing ->
                        present.put(new Key(ReasonCode.TABLE_UNPREPARED, missing.subject()), "table " + missing));
        return present;
    }

    private void tell(Map<Key, String> present) {
        told.keySet().stream()
                .filter(key -> !present.containsKey(key))
                .forEach(key -> reasons.over(key.code(), key.subject()));
        present.forEach((key, text) -> {
            if (!Objects.equals(told.get(key), text)) {
                reasons.raise(key.code(), key.subject(), text);
            }
        });
        told = present;
    }

    /** The database has vanished: whoever waits for it is told so. Any thread, at once. */
    void abandon() {
        connection.abort();
    }

    /** Ends the checks; does not wait for a running one. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
