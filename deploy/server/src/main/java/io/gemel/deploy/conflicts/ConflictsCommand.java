package io.gemel.deploy.conflicts;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.database.SiteDatabase;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel conflicts}: what the journal of a site says, and a way back. */
@Command(
        name = "conflicts",
        description = "Shows the conflicts of a site and why each was resolved as it was, and undoes one.")
public final class ConflictsCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The site's properties file.")
    private Path file = Path.of("site.properties");

    /** A piece of work against the site's database. */
    @FunctionalInterface
    private interface Work {
        void run(Connection connection, PrintWriter out) throws SQLException, CommandException;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: list, show ID or undo ID");
    }

    @Command(name = "list", description = "Lists conflicts, the latest first.")
    int list(
            @Option(
                            names = "--table",
                            paramLabel = "NAME",
                            defaultValue = "",
                            description = "Only those of this table, schema.table.")
                    String table,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "20",
                            description = "Maximum number. Default: ${DEFAULT-VALUE}.")
                    int limit)
            throws Exception {
        return with((connection, out) -> {
            List<JournaledConflict> found = JournaledConflict.list(connection, table, limit);
            out.println(found.isEmpty() ? "no conflicts" : ConflictText.HEADING);
            found.forEach(conflict -> out.println(ConflictText.line(conflict)));
        });
    }

    @Command(name = "show", description = "Explains one conflict in words.")
    int show(@Parameters(paramLabel = "ID", description = "As list prints it.") long id) throws Exception {
        return with((connection, out) ->
                ConflictText.explain(JournaledConflict.find(connection, id)).forEach(out::println));
    }

    @Command(
            name = "undo",
            description = {
                "Writes the row as the losing change had left it, as an ordinary transaction of this site; it is replicated to the peer like any other.",
                "Look at the row first: later changes are overwritten."
            })
    int undo(@Parameters(paramLabel = "ID", description = "As list prints it.") long id) throws Exception {
        return with((connection, out) -> out.println(new Undo(connection).run(JournaledConflict.find(connection, id))));
    }

    private int with(Work work) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        SiteDatabase.with(file, connection -> work.run(connection, out));
        out.flush();
        return ExitCode.DONE;
    }
}
