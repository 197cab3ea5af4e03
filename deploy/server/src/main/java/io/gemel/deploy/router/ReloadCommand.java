package io.gemel.deploy.router;

import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.RouterConfigFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel reload}: lets a running router take its changed file, and tells what came of it. */
@Command(
        name = "reload",
        description = {
            "Makes a running router reload its changed properties file: all of it, or nothing when something is"
                    + " invalid or cannot change while it runs. No request fails.",
            "A router also checks its file every second, and reloads it on the signal HUP."
        })
public final class ReloadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The router's properties file.")
    private Path file = Path.of("router.properties");

    @Override
    public Integer call() throws Exception {
        spec.commandLine().getOut().println(new RouterAdmin(RouterConfigFile.read(file), file).reload());
        return ExitCode.DONE;
    }
}
