package io.gemel.deploy;

import io.gemel.deploy.check.CheckCommand;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.conflicts.ConflictsCommand;
import io.gemel.deploy.parked.ParkedCommand;
import io.gemel.deploy.repair.RepairCommand;
import io.gemel.deploy.router.DrainCommand;
import io.gemel.deploy.router.ReloadCommand;
import io.gemel.deploy.router.RouterCommand;
import io.gemel.deploy.router.UndrainCommand;
import io.gemel.deploy.site.GateCommand;
import io.gemel.deploy.site.PrepareCommand;
import io.gemel.deploy.site.SiteCommand;
import io.gemel.deploy.status.StatusCommand;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code gemel} command. It only names its subcommands; each of them is a class of its own, the extra ones of another module. */
@Command(
        name = "gemel",
        description = "Keeps one application running at two data centers at the same time.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a problem was found, or the request was rejected",
            "2:the command line or a configuration file cannot be used",
            "3:a server could not be reached"
        })
public final class Gemel implements Runnable {
    /** Of any other logback would say at length what it lacks, and then log nothing. */
    private static final List<String> LOG_FORMATS = List.of("text", "json");

    private static final List<Class<?>> COMMANDS = List.of(
            PrepareCommand.class,
            CheckCommand.class,
            SiteCommand.class,
            GateCommand.class,
            RouterCommand.class,
            StatusCommand.class,
            ConflictsCommand.class,
            ParkedCommand.class,
            RepairCommand.class,
            DrainCommand.class,
            UndrainCommand.class,
            ReloadCommand.class);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show stack traces of failures.")
    private boolean verbose;

    private Gemel() {}

    public static void main(String[] arguments) {
        String format = System.getProperty("gemel.log.format", System.getenv("GEMEL_LOG_FORMAT"));
        if (format != null && !LOG_FORMATS.contains(format)) {
            System.err.println("the log format is " + format + ": set GEMEL_LOG_FORMAT to text or json");
            System.exit(ExitCode.USAGE);
        }
        String first = arguments.length == 0 ? "" : arguments[0];
        CommandLine line = COMMANDS.stream()
                .filter(command -> command.getAnnotation(Command.class).name().equals(first))
                .findFirst()
                .map(Gemel::commandLine)
                .orElseGet(Gemel::commandLine);
        System.exit(line.execute(arguments));
    }

    /** The whole command line, ready to execute; streams may be set on it. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Gemel());
        COMMANDS.forEach(line::addSubcommand);
        ServiceLoader.load(ExtraCommand.class).forEach(line::addSubcommand);
        return reporting(line.addSubcommand(new HelpCommand()));
    }

    /** With one command only: a site that starts need not wait until all of them are described. */
    private static CommandLine commandLine(Class<?> command) {
        return reporting(new CommandLine(new Gemel()).addSubcommand(command));
    }

    private static CommandLine reporting(CommandLine line) {
        Gemel gemel = line.getCommand();
        ErrorLines errors = new ErrorLines(() -> gemel.verbose);
        return line.setExecutionExceptionHandler(errors)
                .setParameterExceptionHandler(errors)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExitCodeExceptionMapper(failure -> ExitCode.FINDING);
    }

    /** Reached when no subcommand is named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }
}
