package io.gemel.deploy.parked;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.database.SiteDatabase;
import io.gemel.transaction.Change;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.RowImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel parked}: parked transactions, and a person's decisions about them. */
@Command(name = "parked", description = "Shows the parked transactions of a site, and decides about them.")
public final class ParkedCommand implements Runnable {
    private static final String ROW = "%6s  %-19s  %-10s  %-20s  %-14s  %s";
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Duration DECISION_LIMIT = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The site's properties file.")
    private Path file = Path.of("site.properties");

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: list, show ID, retry ID or discard ID");
    }

    @Command(name = "list", description = "Lists them, the oldest first.")
    int list() throws Exception {
        return with((connection, out) -> {
            List<ParkedTransaction> all = ParkedTransaction.list(connection);
            if (all.isEmpty()) {
                out.println("nothing is parked");
                return;
            }
            out.println(
                    String.format(Locale.ROOT, ROW, "ID", "PARKED (UTC)", "ORIGIN", "ROWS", "DECIDED WITH", "REASON"));
            for (ParkedTransaction each : all) {
                Set<Long> others = each.together(all);
                others.remove(each.id());
                out.println(String.format(
                        Locale.ROOT,
                        ROW,
                        each.id(),
                        SECONDS.format(each.at()),
                        each.origin() + "/" + each.position(),
                        String.join(" ", each.rows()),
                        joined(others),
                        each.reason()));
            }
        });
    }

    @Command(name = "show", description = "Shows the changes of one of them, and why it is parked.")
    int show(@Parameters(paramLabel = "ID", description = "As list prints it.") long id) throws Exception {
        return with((connection, out) -> {
            ParkedTransaction found = find(connection, id);
            out.println("parked transaction " + id + ": position " + found.position() + " of " + found.origin()
                    + ", since " + SECONDS.format(found.at()) + " UTC");
            out.println("reason: " + found.reason());
            if (!found.problem().isEmpty()) {
                out.println("the last decision could not be executed: " + found.problem());
            }
            found.changes().forEach(change -> out.println("  " + words(change)));
            Set<Long> together = found.together(ParkedTransaction.list(connection));
            out.println("decided together: " + joined(together));
            out.println(
                    "'retry' gives these rows the state that the other site's parked changes left them in, 'discard' keeps them"
                            + " as they are here; both sites then hold the same.");
        });
    }

    @Command(
            name = "retry",
            description = "Gives the rows of a parked transaction, and of all that are connected with it, the state"
                    + " that the other site's changes left them in; at both sites.")
    int retry(@Parameters(paramLabel = "ID", description = "As list prints it.") long id) throws Exception {
        return decide(id, "retry");
    }

    @Command(
            name = "discard",
            description =
                    "Keeps the rows of a parked transaction, and of all that are connected with it, as they are at"
                            + " this site; at both sites.")
    int discard(@Parameters(paramLabel = "ID", description = "As list prints it.") long id) throws Exception {
        return decide(id, "discard");
    }

    private int decide(long id, String decision) throws Exception {
        return with((connection, out) -> {
            find(connection, id);
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE " + GemelTable.PARKED + " SET decision = ?, problem = NULL WHERE id = ?")) {
                update.setString(1, decision);
                update.setLong(2, id);
                update.executeUpdate();
            }
            awaitDone(connection, id, decision);
            out.println("done: " + decision + " " + id);
        });
    }

    /** The site process carries it out, since only it may write past capture. */
    private static void awaitDone(Connection connection, long id, String decision)
            throws SQLException, CommandException {
        long deadline = System.nanoTime() + DECISION_LIMIT.toNanos();
        for (Optional<ParkedTransaction> now = ParkedTransaction.find(connection, id);
                now.isPresent();
                now = ParkedTransaction.find(connection, id)) {
            if (!now.get().decided()) {
                throw new CommandException(
                        ExitCode.FINDING,
                        "transaction " + id + " stays parked: " + now.get().problem(),
                        "fix that and decide again",
                        null);
            }
            if (System.nanoTime() > deadline) {
                throw new CommandException(
                        ExitCode.FINDING,
                        "no site has executed '" + decision + " " + id + "' yet",
                        "check with gemel status whether the site runs; it will be done as soon as it does",
                        null);
            }
            try {
                Thread.sleep(LOOK_AGAIN.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static ParkedTransaction find(Connection connection, long id) throws SQLException, CommandException {
        return ParkedTransaction.find(connection, id)
                .orElseThrow(() -> new CommandException(
                        ExitCode.FINDING,
                        "no transaction is parked as " + id,
                        "gemel parked FILE list shows those that are",
                        null));
    }

    private static String joined(Set<Long> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String words(Change change) {
        RowImage before = change.before();
        RowImage after = change.after();
        return change.match(
                insert -> "insert " + after,
                update -> "update " + before + " to " + after,
                delete -> "delete " + before,
                truncate -> "truncate " + truncate.table(),
                correction -> row(change.anyImage()));
    }

    private static String row(@Nullable RowImage image) {
        return image == null ? "" : "row " + image.key();
    }

    /** A piece of work against the site's database. */
    @FunctionalInterface
    private interface Work {
        void run(Connection connection, PrintWriter out) throws SQLException, CommandException;
    }

    private int with(Work work) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        SiteDatabase.with(file, connection -> work.run(connection, out));
        out.flush();
        return ExitCode.DONE;
    }
}
