package io.gemel.deploy.demo;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.config.ConfigException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The demo from beginning to end. Used once, by one thread. */
final class Demo {
    private static final String[] EXPLANATION = {
        "",
        "Gemel keeps one application running at two data centers at the same time, here called east and west.",
        "Each has a database of its own, and the application writes to both. Gemel reads what was committed from each",
        "database's log, carries it over through Kafka, and writes it into the other database: each transaction once,",
        "in order. When both sites change the same row concurrently, that is a conflict: the later change stays at",
        "both sites, and the other one is kept in a journal. This demo runs all of it on this machine with a small bank.",
        "",
        "      application                                       application",
        "          |                                                 |",
        "     database EAST --> Gemel east ==> Kafka ==> Gemel west --> database WEST",
        "                   <--            <==       <==            <--",
        ""
    };

    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(2);
    private static final Duration RUN_LIMIT = Duration.ofMinutes(2);
    private static final long SEED = 20;
    /** Of the load's time: when east's process is killed, and when it is started again. */
    private static final double KILL_AT = 0.35;

    private static final double RESTART_AT = 0.55;

    /** The demo shares a machine with whatever else runs there: quick to start, small, and few threads. */
    private static final String[] SMALL_JVM = {"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx192m"};

    private final Screen screen;
    private final Path folder;
    private final int seconds;
    private final int rate;
    private final boolean keep;

    /**
     * Prepares the demo.
     *
     * @param folder an empty folder for all files
     * @param seconds how long the load runs
     * @param rate transactions a second at each site
     * @param keep whether everything is left running at the end
     */
    Demo(Screen screen, Path folder, int seconds, int rate, boolean keep) {
        this.screen = screen;
        this.folder = folder;
        this.seconds = seconds;
        this.rate = rate;
        this.keep = keep;
    }

    /** Whether both databases were equal at the end. */
    boolean run() throws SQLException, ConfigException, CommandException, InterruptedException {
        screen.say(EXPLANATION);
        screen.say("Starting two PostgreSQL servers and a Kafka broker, with their files in " + folder + " ...");
        try (TwoEmbeddedSites sites = TwoEmbeddedSites.builder(folder)
                .serverSetting("fsync", "off")
                .jvmArguments(SMALL_JVM)
                .start()) {
            screen.say(
                    "Creating the bank's tables in both databases, preparing both for Gemel, starting both sites ...");
            sites.schema(Bank.SCHEMA);
            sites.prepare();
            sites.run();
            sites.east().execute(Bank.OPENING);
            sites.settle(SETTLE_LIMIT);
            screen.say(
                    Bank.ACCOUNTS + " accounts were opened at east. They have arrived at west: the two replicate.", "");
            work(sites);
            boolean equal = tellResult(sites);
            if (keep) {
                stay(sites);
            }
            return equal;
        }
    }

    private void work(TwoEmbeddedSites sites) throws SQLException {
        EmbeddedSite east = sites.east();
        EmbeddedSite west = sites.west();
        int half = Bank.ACCOUNTS / 2;
        RandomGenerator random = RandomGeneratorFactory.getDefault().create(SEED);
        screen.say("The bank opens: transfers at both sites, and once a second both change the same row concurrently.");
        try (Load eastLoad = new Load(east, Bank.SHARED_ACCOUNTS + 1, half, rate).start(SEED);
                Load westLoad = new Load(west, half + 1, Bank.ACCOUNTS, rate).start(-SEED);
                ConflictMaker conflicts = new ConflictMaker(east, west, random)) {
            LiveView view = new LiveView(screen, new LiveView.Side(east, eastLoad), new LiveView.Side(west, westLoad));
            workUntil(KILL_AT * seconds, view, conflicts);
            long pid = east.pid();
            east.killProcess();
            screen.say("kill -9 " + pid + ": Gemel's process at east is gone. Both databases are still open for"
                    + " business; what they commit waits in their logs.");
            workUntil(RESTART_AT * seconds, view, conflicts);
            east.startProcess();
            screen.say(
                    "Gemel's process at east starts again. It resumes where the databases say it was, and catches up.");
            workUntil(seconds, view, conflicts);
            view.tickUntilRunning(east, RUN_LIMIT);
            eastLoad.finish();
            westLoad.finish();
            screen.keepTable();
            screen.say(
                    "",
                    "The bank closes: " + eastLoad.committed() + " transfers were made at east, " + westLoad.committed()
                            + " at west. Waiting until both sites have everything ...");
        }
        sites.settle(SETTLE_LIMIT);
    }

    private static void workUntil(double second, LiveView view, ConflictMaker conflicts) throws SQLException {
        while (view.seconds() < second) {
            conflicts.make();
            view.tick();
        }
    }

    private boolean tellResult(TwoEmbeddedSites sites) throws SQLException {
        Comparison comparison = Comparison.of(sites.east(), sites.west());
        screen.say("", "Both databases, row for row:");
        say(comparison.lines());
        try (Connection connection = sites.west().connect()) {
            JournalText journal = new JournalText(connection);
            screen.say(
                    "", "What west's conflict journal says (east's has the same conflicts, seen from the other side):");
            say(journal.counts());
            screen.say("For example (times in UTC):");
            say(journal.examples());
        }
        screen.say(
                "",
                comparison.isEqual()
                        ? "Both databases are equal."
                        : "The databases are NOT equal. Please keep " + folder + " and report this.");
        return comparison.isEqual();
    }

    private void say(List<String> lines) {
        screen.say(lines.toArray(String[]::new));
    }

    /** Waits for Ctrl-C, which ends this JVM and with it all servers. */
    private void stay(TwoEmbeddedSites sites) throws InterruptedException {
        screen.say("", "Everything keeps running:");
        for (EmbeddedSite site : sites.both()) {
            screen.say(
                    "  " + site.name() + " database  " + site.jdbcUrl(),
                    "  " + site.name() + " psql      psql -h 127.0.0.1 -p "
                            + site.server().port() + " -U postgres " + EmbeddedSite.DATABASE,
                    "  " + site.name() + " status    http://" + site.config().statusListen() + "/status and /metrics",
                    "  " + site.name() + " settings  " + site.config().file(),
                    "  " + site.name() + " messages  " + site.processLog());
        }
        screen.say(
                "  Kafka          " + sites.kafka().bootstrapServers(),
                "  watch both     gemel status " + sites.east().config().file() + " "
                        + sites.west().config().file(),
                "Press Ctrl-C to end all of it.");
        new CountDownLatch(1).await();
    }
}
