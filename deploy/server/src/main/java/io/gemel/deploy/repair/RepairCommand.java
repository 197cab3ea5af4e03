package io.gemel.deploy.repair;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.database.SiteDatabase;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel repair}: ends a halt at a row that differs from the peer's. */
@Command(
        name = "repair",
        description = {
            "Chooses whose row is kept at both sites when a site is halted because the rows differ.",
            "The reason of the halt names the command; the row that is not taken stays in the journal (gemel conflicts)."
        })
public final class RepairCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "FILE", description = "The properties file of the site that is halted.")
    private Path file = Path.of("site.properties");

    @Parameters(index = "1", paramLabel = "TABLE", description = "The row's table, schema.table.")
    private String table = "";

    @Parameters(
            index = "2..*",
            arity = "0..*",
            paramLabel = "KEY",
            description =
                    "The values of the row's primary key, each an argument. Put -- before TABLE, and --take before that, if one begins with -.")
    private List<String> key = List.of();

    @Option(
            names = "--take",
            paramLabel = "here|peer",
            description = {
                "peer: the peer's row; only this site is written.",
                "here: this site's row as it is now; the peer gets it."
            })
    private @Nullable Take take;

    @Option(
            names = "--without",
            paramLabel = "COLUMN",
            description =
                    "Instead of KEY and --take: leave a column out of the peer's changes that is dropped at both sites.")
    private @Nullable String without;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Take whose = take;
        String column = without;
        if (column != null && whose == null && key.isEmpty()) {
            SiteDatabase.with(file, connection -> out.println(GoneColumn.leaveOut(connection, table, column, user())));
        } else if (column == null && whose != null && !key.isEmpty()) {
            SiteDatabase.with(file, connection -> repair(connection, whose, out));
        } else {
            throw new ParameterException(
                    spec.commandLine(), "say which row with KEY and --take, or which column with --without");
        }
        out.flush();
        return ExitCode.DONE;
    }

    private static String user() {
        return System.getProperty("user.name", "?");
    }

    private void repair(Connection connection, Take whose, PrintWriter out) throws SQLException, CommandException {
        OfferedRow row = find(connection);
        out.println("row " + row + ", log position " + row.position() + " of " + row.origin());
        out.println("  here: " + row.here());
        out.println("  peer: " + row.peer());
        out.flush();
        if (row.ask(connection, whose, user())) {
            awaitDone(connection, row);
        }
        out.println(
                whose == Take.peer
                        ? "done: the row is the peer's, and this site continues"
                        : "done: this site keeps its row and continues; the peer gets it");
    }

    private OfferedRow find(Connection connection) throws SQLException, CommandException {
        List<OfferedRow> offered = OfferedRow.list(connection);
        return offered.stream()
                .filter(row -> row.isNamed(table, key))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        ExitCode.FINDING,
                        "this site is not halted at a row " + table + key,
                        offered.isEmpty()
                                ? "gemel status FILE says whether it is halted, and the reason names the row"
                                : "it is halted at "
                                        + offered.stream()
                                                .map(OfferedRow::toString)
                                                .collect(Collectors.joining(", ")),
                        null));
    }

    /** The site process carries it out, since only it may write past capture. */
    private static void awaitDone(Connection connection, OfferedRow row) throws SQLException, CommandException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (OfferedRow.list(connection).stream().anyMatch(now -> now.isSame(row))) {
            if (System.nanoTime() > deadline) {
                throw new CommandException(
                        ExitCode.FINDING,
                        "nothing has repaired row " + row + " yet",
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
}
