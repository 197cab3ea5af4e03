package io.gemel.deploy.router;

import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.router.RouterPart;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel undrain}: ends planned work. */
@Command(
        name = "undrain",
        description =
                "Lets a VM, a host or a site take requests again after gemel drain. Give the order to every router.")
public final class UndrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "FILE", description = "The router's properties file.")
    private Path file = Path.of("router.properties");

    @Parameters(index = "1", paramLabel = "KIND", description = "One of: vm, host, site.")
    private RouterPart.Kind kind = RouterPart.Kind.VM;

    @Parameters(index = "2", paramLabel = "NAME", description = "Its name in the properties file.")
    private String name = "";

    @Override
    public Integer call() throws Exception {
        RouterAdmin router = new RouterAdmin(RouterConfigFile.read(file), file);
        spec.commandLine().getOut().println(router.undrain(new RouterPart(kind, name)));
        return ExitCode.DONE;
    }
}
