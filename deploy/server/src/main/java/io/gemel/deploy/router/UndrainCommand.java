package io.gemel.deploy.router;

import io.gemel.deploy.command.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gemel undrain}: ends planned work. */
@Command(
        name = "undrain",
        description = "Lets a VM, a host or a site take requests again after gemel drain. Run it for every router.")
public final class UndrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DrainTarget arguments = new DrainTarget();

    @Override
    public Integer call() throws Exception {
        spec.commandLine().getOut().println(arguments.router().undrain(arguments.part()));
        return ExitCode.DONE;
    }
}
