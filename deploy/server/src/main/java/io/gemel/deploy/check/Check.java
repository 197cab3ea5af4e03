package io.gemel.deploy.check;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.SiteDatabase;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.database.TableCatalog;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds everything that would stop or endanger replication. An unreachable server is a finding, too, so that the others
 * are still checked. Used by one thread, once.
 */
public final class Check {
    private final List<DatabaseCheck> databaseChecks;
    private final List<Finding> found = new ArrayList<>();
    private boolean unreachable;

    private Check(InstantSource clock) {
        this.databaseChecks = List.of(
                new ServerCheck(),
                new ConfigCheck(),
                new PreparedCheck(),
                new ColumnCheck(),
                new PolicyCheck(),
                new UniqueKeyCheck(),
                new ForeignKeyCheck(),
                new LargeRowCheck(),
                new TableRuleCheck(),
                new RouterCheck(),
                new ClockCheck(clock));
    }

    /**
     * The outcome of a check.
     *
     * @param findings every finding, in the order it was found
     * @param exitCode {@link ExitCode#DONE} without an error, {@link ExitCode#UNREACHABLE} when a server could not be reached, and
     *     otherwise {@link ExitCode#FINDING}
     */
    public record Result(List<Finding> findings, int exitCode) {}

    /** Checks one site, or two sites and how they fit together. */
    public static Result run(List<SiteConfig> sites, InstantSource clock) {
        return new Check(clock).check(sites);
    }

    private Result check(List<SiteConfig> sites) {
        List<Optional<SiteFacts>> facts = sites.stream().map(this::checkSite).toList();
        if (sites.size() == 2) {
            PairCheck pair = new PairCheck(
                    sites.get(0),
                    sites.get(1),
                    new Findings(
                            sites.get(0).site() + "+" + sites.get(1).site(), Cause.PAIR, acknowledged(sites), found));
            pair.checkConfigurations();
            if (facts.get(0).isPresent() && facts.get(1).isPresent()) {
                pair.checkDatabases(facts.get(0).get(), facts.get(1).get());
            }
        }
        boolean error = found.stream().anyMatch(finding -> finding.severity() == Finding.Severity.ERROR);
        int exitCode = error ? ExitCode.FINDING : ExitCode.DONE;
        return new Result(List.copyOf(found), unreachable ? ExitCode.UNREACHABLE : exitCode);
    }

    /** What both compare is known to the operator once either file says so. */
    private static Set<Cause> acknowledged(List<SiteConfig> sites) {
        return sites.stream().flatMap(site -> site.acknowledged().stream()).collect(Collectors.toSet());
    }

    private Optional<SiteFacts> checkSite(SiteConfig config) {
        Findings findings = new Findings(config.site().name(), Cause.UNREACHABLE, config.acknowledged(), found);
        ConfigCheck.checkSecrets(config, findings.of(Cause.SECRET));
        Optional<SiteFacts> facts = checkDatabase(config, findings);
        try {
            LogCheck.check(config, findings.of(Cause.LOG));
        } catch (CommandException e) {
            report("Kafka", e, findings);
        }
        return facts;
    }

    private Optional<SiteFacts> checkDatabase(SiteConfig config, Findings findings) {
        try (Connection connection = SiteDatabase.connect(config)) {
            CheckedSite site = new CheckedSite(
                    config,
                    connection,
                    Integer.parseInt(Sql.text(connection, "SHOW server_version_num")),
                    TableCatalog.matched(connection, config));
            for (DatabaseCheck check : databaseChecks) {
                check.check(site, findings);
            }
            return Optional.of(FactsReader.read(site));
        } catch (CommandException e) {
            report("database", e, findings);
        } catch (SQLException e) {
            findings.error(
                    "database", "could not be checked completely (" + e.getMessage() + ")", "fix that and check again");
        }
        return Optional.empty();
    }

    private void report(String subject, CommandException e, Findings findings) {
        unreachable |= e.exitCode() == ExitCode.UNREACHABLE;
        findings.error(subject, e.problem(), e.fix());
    }
}
