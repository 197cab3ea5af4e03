package io.gemel.deploy.router;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.router.Router;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
            "Run as many as needed: they share only the ledgers in the databases.",
            "It reloads its file while it runs; see gemel reload."
        })
public final class RouterCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RouterCommand.class);

    /** Between two looks at the file. */
    private static final long LOOK_MILLIS = 1000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The router's properties file.")
    private Path file = Path.of("router.properties");

    @Override
    public Integer call() throws Exception {
        RouterConfig config = RouterConfigFile.read(file);
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        AtomicReference<@Nullable RouterBeans> named = new AtomicReference<>();
        RouterFile source = new RouterFile(file, config, taken -> follow(named.get(), taken));
        try (Router router = new Router(config, source, InstantSource.system(), new SecureRandom());
                RouterBeans beans = RouterBeans.register(ManagementFactory.getPlatformMBeanServer(), config, router)) {
            named.set(beans);
            if (!HangUp.handle(() -> hungUp(router))) {
                LOG.info(
                        "SIGHUP is blocked, as under nohup: use gemel reload to make the router read its settings again");
            }
            start(router);
            spec.commandLine()
                    .getOut()
                    .println("router " + config.name() + " on " + config.listen() + ", status at http://"
                            + config.admin() + "/status");
            spec.commandLine().getOut().flush();
            Thread hook = new Thread(() -> stop(told, closed), "gemel-stop-" + config.name());
            Runtime.getRuntime().addShutdownHook(hook);
            while (!told.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (source.hasChanged()) {
                    router.reload();
                }
            }
            Thread.sleep(router.leave().toMillis());
        } finally {
            closed.countDown();
        }
        return ExitCode.DONE;
    }

    private static void hungUp(Router router) {
        LOG.info("SIGHUP received: reading the settings again");
        router.reload();
    }

    private static void follow(@Nullable RouterBeans beans, RouterConfig taken) {
        if (beans != null) {
            beans.follow(taken);
        }
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
