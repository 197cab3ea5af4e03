package io.gemel.deploy.router;

import io.gemel.deploy.bank.BankConfig;
import io.gemel.deploy.bank.BankKind;
import io.gemel.deploy.embedded.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One VM of the bank in a process of its own, which a test may kill, freeze and start again. One thread. */
final class VmProcess {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(2);

    private final BankConfig config;
    private final Path file;
    private final Path orders;
    private final BankKind kind;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private @Nullable JavaProcess process;

    /**
     * Writes its properties file; starts nothing.
     *
     * @param orders where {@link FaultInjection} is ordered
     */
    VmProcess(BankConfig config, Path folder, Path orders) {
        this.config = config;
        this.file = config.write(folder.resolve(config.vm() + ".properties"));
        this.orders = orders;
        this.kind = BankKind.of(config.vm());
    }

    String name() {
        return config.vm();
    }

    String site() {
        return config.site();
    }

    String host() {
        return config.host();
    }

    /** Starts it, and waits for nothing. */
    void start() {
        process = (kind == BankKind.SPRING ? spring() : plain()).start();
    }

    private JavaProcess.Builder plain() {
        return JavaProcess.builder(GrievingVm.class.getName(), file.resolveSibling(config.vm() + ".log"))
                .jvmArguments("-XX:+UseSerialGC", "-Xmx96m", "-Xss512k")
                .arguments(file.toString(), orders.toString());
    }

    private JavaProcess.Builder spring() {
        return kind.process(config, file)
                .arguments(
                        "--spring.main.sources=" + SpringGrief.class.getName(),
                        "--" + SpringGrief.ORDERS + "=" + orders);
    }

    /** Kills it as a power cut would; does nothing to one that does not run. */
    void kill() {
        if (process != null) {
            process.kill();
        }
    }

    /** Asks it to end and waits. */
    void stop() {
        running().terminate(STOP_LIMIT);
    }

    void freeze() {
        running().freeze();
    }

    void thaw() {
        running().thaw();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    private JavaProcess running() {
        if (process == null) {
            throw new IllegalStateException("VM " + name() + " was never started");
        }
        return process;
    }

    /** Whether it takes submissions: it answers, its database does, and its site is open. */
    boolean isOpen() throws InterruptedException {
        URI uri = URI.create("http://" + config.listen() + "/gemel/heartbeat");
        try {
            HttpResponse<String> beat = http.send(
                    HttpRequest.newBuilder(uri).timeout(ANSWER_LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            return beat.statusCode() == 200 && beat.body().replace(" ", "").contains("\"open\":true");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "VM " + name() + " (" + kind + ")";
    }
}
