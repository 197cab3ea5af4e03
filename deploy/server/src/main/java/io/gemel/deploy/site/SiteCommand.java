package io.gemel.deploy.site;

import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import io.gemel.deploy.status.SiteBeans;
import io.gemel.deploy.status.StatusServer;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.function.LongUnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel site}: runs one site until it is told to stop. */
@Command(
        name = "site",
        description = {
            "Runs one site: captures its database's transactions into its log and applies the peer's.",
            "A second process for the same site waits as standby and takes over when the first one ends."
        })
public final class SiteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The site's properties file.")
    private Path file = Path.of("site.properties");

    @Override
    @SuppressWarnings("try") // status server and beans are only kept open
    public Integer call() throws Exception {
        SiteConfig config = SiteConfigFile.read(file);
        SiteSupervisor supervisor = new SiteSupervisor(config, LongUnaryOperator.identity(), InstantSource.system());
        Runtime.getRuntime().addShutdownHook(SiteThread.of(config.site(), "stop", supervisor::close));
        try (StatusServer status = StatusServer.start(
                config.statusListen(),
                supervisor::report,
                supervisor.desk(),
                config.router().token())) {
            spec.commandLine()
                    .getOut()
                    .println("site " + config.site() + ", status at http://" + config.statusListen() + "/status");
            supervisor.start();
            try (SiteBeans beans = SiteBeans.register(
                    ManagementFactory.getPlatformMBeanServer(), config.site(), supervisor::report, supervisor)) {
                supervisor.awaitEnd();
            }
        }
        return ExitCode.DONE;
    }
}
