package io.gemel.deploy.router;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.router.Router;
import io.gemel.router.RouterConfig;
import io.gemel.router.RouterException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel router}: runs one router until it is told to stop. */
@Command(
        name = "router",
        description = {
            "Runs one router: sends each of the clients' requests to one VM of the application, and to another one"
                    + " when that one dies, once and never twice.",
            "Run as many as you like: they share nothing but the ledgers in the databases."
        })
public final class RouterCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The router's properties file.")
    private Path file = Path.of("router.properties");

    @Override
    @SuppressWarnings("try") // the beans are only kept open
    public Integer call() throws Exception {
        RouterConfig config = RouterConfigFile.read(file);
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        try (Router router = new Router(config, InstantSource.system(), new SecureRandom());
                RouterBeans beans = RouterBeans.register(ManagementFactory.getPlatformMBeanServer(), config, router)) {
            start(router);
            spec.commandLine()
                    .getOut()
                    .println("router " + config.name() + " on " + config.listen() + ", status at http://"
                            + config.admin() + "/status");
            spec.commandLine().getOut().flush();
            Thread hook = new Thread(() -> stop(told, closed), "gemel-stop-" + config.name());
            Runtime.getRuntime().addShutdownHook(hook);
            told.await();
            router.leave();
            Thread.sleep(config.times().stopDelay().toMillis());
        } finally {
            closed.countDown();
        }
        return ExitCode.DONE;
    }

    private static void start(Router router) throws CommandException {
        try {
            router.start();
        } catch (RouterException e) {
            throw new CommandException(
                    ExitCode.FINDING,
                    String.valueOf(e.getMessage()),
                    "stop the process that uses the address, or change listen and admin.listen",
                    e);
        }
    }

    /** Runs when the process is told to end: clients are given time to leave, and the requests in hand are finished before it does. */
    private static void stop(CountDownLatch told, CountDownLatch closed) {
        told.countDown();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
