package io.gemel.deploy.prepare;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.SiteDatabase;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.database.TableCatalog;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Sets up everything a site needs in its database and its Kafka, and nothing that is there already. Repeating it is always safe. Every
 * statement is printed and is a transaction of its own, so that no lock is held longer than one statement takes.
 */
public final class Prepare {
    // Rights and schema first, for the rest builds on them; the slot last, see SlotPlanner.
    private static final List<Planner> PLANNERS =
            List.of(new RolePlanner(), new SchemaPlanner(), new PublicationPlanner(), new SlotPlanner());

    private final SiteConfig config;
    private final Optional<Administrator> administrator;
    private final PrintWriter out;

    private Prepare(SiteConfig config, Optional<Administrator> administrator, PrintWriter out) {
        this.config = config;
        this.administrator = administrator;
        this.out = out;
    }

    /**
     * Prepares a site.
     *
     * @param administrator who runs what the site's own role may not; without one the site's role tries
     * @param out gets each statement that was run, and what is left to do
     * @return {@link ExitCode#DONE} when the site is ready, {@link ExitCode#FINDING} when something is left to do
     * @throws CommandException when a server cannot be reached or a statement fails for another reason than missing rights
     */
    public static int run(SiteConfig config, Optional<Administrator> administrator, PrintWriter out)
            throws CommandException {
        return new Prepare(config, administrator, out).run();
    }

    /**
     * Prints what {@link #run} would do, and changes nothing.
     *
     * @throws CommandException when a server cannot be reached
     */
    public static int dryRun(SiteConfig config, Optional<Administrator> administrator, PrintWriter out)
            throws CommandException {
        return new Prepare(config, administrator, out).show();
    }

    private int run() throws CommandException {
        Plan left = prepareDatabase();
        new TopicPreparation(config, out).run();
        return report(left);
    }

    private Plan prepareDatabase() throws CommandException {
        try (Connection connection = connect();
                Runners runners = new Runners(config, connection, administrator.isPresent())) {
            boolean allowed = true;
            for (Step step : plan(connection).steps()) {
                allowed = allowed && runners.run(step);
                if (allowed) {
                    out.println(step.sql() + ";");
                }
            }
            // Asked again rather than remembered: a GRANT by a role that may not grant fails with a mere warning.
            return plan(connection);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private int show() throws CommandException {
        try (Connection connection = connect()) {
            Plan plan = plan(connection);
            new AdministratorScript(config).print(plan.steps(), out);
            plan.obstacles().forEach(out::println);
            new TopicPreparation(config, out).show();
            return plan.obstacles().isEmpty() ? ExitCode.DONE : ExitCode.FINDING;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private int report(Plan left) {
        left.obstacles().forEach(out::println);
        if (!left.steps().isEmpty()) {
            out.println("-- The role " + config.database().user()
                    + " may not do the rest. Let a superuser run this once with psql in " + SiteDatabase.address(config)
                    + ":");
            new AdministratorScript(config).print(left.steps(), out);
        }
        if (left.obstacles().isEmpty() && left.steps().isEmpty()) {
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
        Plan plan = new Plan();
        String user = config.database().user();
        Optional<String> role = Sql.first(
                connection,
                row -> row.getString(1),
                "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = ?",
                user);
        if (role.isEmpty()) {
            plan.obstacle(
                    "role " + user, "does not exist", "CREATE ROLE " + user + " LOGIN REPLICATION PASSWORD '...'");
            return plan;
        }
        int version = Integer.parseInt(Sql.text(connection, "SHOW server_version_num"));
        Target target = new Target(config, role.get(), version, replicable(connection, plan));
        for (Planner planner : PLANNERS) {
            planner.plan(connection, target, plan);
        }
        return plan;
    }

    private List<CatalogTable> replicable(Connection connection, Plan plan) throws SQLException {
        List<CatalogTable> matched = TableCatalog.matched(connection, config.tables());
        if (matched.isEmpty()) {
            plan.obstacle(
                    "tables=" + config.tables().included(),
                    "matches no table",
                    "create the tables, or correct the patterns");
        }
        for (CatalogTable table : matched) {
            table.refusal().ifPresent(refusal -> plan.obstacle(table.sqlName(), refusal.problem(), refusal.mend()));
        }
        return matched.stream().filter(table -> table.refusal().isEmpty()).toList();
    }

    private CommandException failed(SQLException e) {
        return new CommandException(
                ExitCode.FINDING,
                "preparing " + SiteDatabase.address(config) + " failed (" + e.getMessage() + ")",
                "mend that and run gemel prepare again; what was done so far stays",
                e);
    }
}
