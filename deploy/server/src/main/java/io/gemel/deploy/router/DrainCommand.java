package io.gemel.deploy.router;

import io.gemel.deploy.command.ExitCode;
import io.gemel.router.api.RouterPart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gemel drain}: makes room for planned work. */
@Command(
        name = "drain",
        description = {
            "Stops a running router from sending new requests to a VM, a host or a site, and returns when its"
                    + " requests have finished: it may be stopped then. Run it for every router.",
            "gemel undrain reverts it."
        })
public final class DrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DrainTarget arguments = new DrainTarget();

    @Option(names = "--force", description = "Drain it even if nothing remains that takes requests.")
    private boolean force;

    @Option(
            names = "--lost",
            description =
                    "The site is lost permanently or for a long time: fail over its requests in flight to the other"
                            + " one, immediately. Only you can know that when the sites cannot reach each other.")
    private boolean lost;

    @Override
    public Integer call() throws Exception {
        if (lost && arguments.part().kind() != RouterPart.Kind.SITE) {
            throw new ParameterException(spec.commandLine(), "--lost is for sites");
        }
        String done = arguments.router().order(lost ? "down" : "drain", arguments.part(), force ? "&force=true" : "");
        spec.commandLine().getOut().println(done);
        return ExitCode.DONE;
    }
}
