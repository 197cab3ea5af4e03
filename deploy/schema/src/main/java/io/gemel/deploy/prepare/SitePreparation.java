package io.gemel.deploy.prepare;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.PublishedTables;
import io.gemel.deploy.database.SiteDatabase;
import io.gemel.deploy.verdict.Blocker;
import io.gemel.deploy.verdict.SiteVerdict;
import io.gemel.transaction.GemelTable;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sets up everything that a site needs in its database and its Kafka, and nothing that exists already. Repeating it is
 * always safe. Every statement is printed and is a transaction of its own, so that no lock is held longer than one
 * statement takes.
 */
public final class SitePreparation {
    /** What a role was granted in one round can make more tables replicable in the next. */
    private static final int ROUNDS_MAX = 2;

    private final SiteConfig config;
    private final Optional<Administrator> administrator;
    private final PrintWriter out;

    /**
     * Prepares nothing yet.
     *
     * @param administrator who runs what the site's own role may not; without one the site's role tries
     * @param out gets each statement that was run, and what is left to do
     */
    public SitePreparation(SiteConfig config, Optional<Administrator> administrator, PrintWriter out) {
        this.config = config;
        this.administrator = administrator;
        this.out = out;
    }

    /**
     * What a site's database still lacks, each with its fix. Only reads.
     *
     * @param connection to the site's database
     */
    public static List<Blocker> missing(SiteConfig config, Connection connection) throws SQLException {
        Plan plan = SitePlan.of(connection, config);
        List<Blocker> missing = new ArrayList<>(plan.blockers());
        boolean schemaMissing =
                plan.steps().stream().anyMatch(step -> step.subject().equals(SchemaPlanner.SUBJECT));
        for (Step step : plan.steps()) {
            // A schema that is missing lacks all its tables; one line says so.
            if (!schemaMissing || !step.subject().startsWith(GemelTable.SCHEMA + ".")) {
                missing.add(new Blocker(Cause.NOT_PREPARED, step.subject(), step.problem(), fix(config, step)));
            }
        }
        return missing;
    }

    private static String fix(SiteConfig config, Step step) {
        String prepare = "gemel prepare " + config.file();
        return step.sql().contains("\n") ? prepare : prepare + ", which runs " + step.sql();
    }

    /**
     * Prepares the site.
     *
     * @param sealed whether the last writer of the site's log shut down cleanly, so that a new slot may continue the log
     * @return {@link ExitCode#DONE} when the site is ready, {@link ExitCode#FINDING} when something is left to do
     * @throws CommandException when a server cannot be reached or a statement fails for another reason than missing rights
     */
    public int run(boolean sealed) throws CommandException {
        try {
            SealResumption resumption = new SealResumption(config, out);
            boolean resumes = sealed && resumption.begin();
            Plan left = prepareDatabase();
            if (resumes && left.steps().isEmpty()) {
                resumption.end().forEach(left::blocker);
            }
            if (left.steps().isEmpty()) {
                recordPublished();
            }
            new TopicPreparation(config, out).run();
            return report(left);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private Plan prepareDatabase() throws CommandException {
        try (Connection connection = connect();
                StepRunners runners = new StepRunners(config, connection, administrator.isPresent())) {
            Plan plan = plan(connection);
            for (int round = 0; round < ROUNDS_MAX && run(plan.steps(), runners); round++) {
                // Asked again rather than remembered: a GRANT by a role that may not grant fails with a mere warning.
                plan = plan(connection);
            }
            return plan(connection);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Runs steps in order until one is not allowed; whether there were any and all were. */
    private boolean run(List<Step> steps, StepRunners runners) throws SQLException, CommandException {
        for (Step step : steps) {
            if (!runners.run(step)) {
                return false;
            }
            out.println(step.sql() + ";");
        }
        return !steps.isEmpty();
    }

    private void recordPublished() throws SQLException, CommandException {
        try (Connection connection = SiteDatabase.connect(config)) {
            PublishedTables.record(
                    connection, SiteVerdict.read(connection, config).recorded());
        }
    }

    /**
     * Prints what {@link #run} would do, and changes nothing.
     *
     * @throws CommandException when a server cannot be reached
     */
    public int show() throws CommandException {
        try (Connection connection = connect()) {
            Plan plan = plan(connection);
            new AdministratorScript(config).print(plan.steps(), out);
            plan.blockers().forEach(out::println);
            new TopicPreparation(config, out).show();
            return plan.blockers().isEmpty() ? ExitCode.DONE : ExitCode.FINDING;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private int report(Plan left) {
        left.blockers().forEach(out::println);
        if (!left.steps().isEmpty()) {
            out.println("-- The role " + config.database().user()
                    + " may not do the rest. Let a superuser run this once with psql in " + SiteDatabase.address(config)
                    + ":");
            new AdministratorScript(config).print(left.steps(), out);
        }
        if (left.blockers().isEmpty() && left.steps().isEmpty()) {
            out.println("site " + config.site() + " is prepared");
            return ExitCode.DONE;
        }
        return ExitCode.FINDING;
    }

    private Connection connect() throws CommandException {
        return administrator.isPresent()
                ? SiteDatabase.connect(
                        config, administrator.get().user(), administrator.get().password())
                : SiteDatabase.connect(config);
    }

    private Plan plan(Connection connection) throws SQLException {
        return SitePlan.of(connection, config);
    }

    private CommandException failed(SQLException e) {
        return new CommandException(
                ExitCode.FINDING,
                "preparing " + SiteDatabase.address(config) + " failed (" + e.getMessage() + ")",
                "fix that and run gemel prepare again; completed steps stay",
                e);
    }
}
