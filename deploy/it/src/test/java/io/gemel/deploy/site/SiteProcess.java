package io.gemel.deploy.site;

import io.gemel.deploy.Gemel;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.JavaProcess;
import io.gemel.deploy.fixture.SiteFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code gemel site FILE} in a JVM of its own, which a test may kill and start again as often as it likes. Its properties are
 * the site's with a status port of its own, so that several may serve one site. One thread.
 */
public final class SiteProcess {
    private static final Duration STATUS_LIMIT = Duration.ofSeconds(20);

    private final String name;
    private final Path file;
    private final String statusListen;
    private final String[] jvmArguments;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(STATUS_LIMIT).build();
    private @Nullable JavaProcess process;

    private SiteProcess(String name, Path file, String statusListen, String[] jvmArguments) {
        this.name = name;
        this.file = file;
        this.statusListen = statusListen;
        this.jvmArguments = jvmArguments;
    }

    /**
     * Writes the properties file; starts nothing.
     *
     * @param name names its files; different for each process of a test
     * @param jvmArguments for the JVM; {@code -Xmx256m} unless they say otherwise
     */
    public static SiteProcess of(SiteFixture site, String name, String... jvmArguments) throws IOException {
        String statusListen = "127.0.0.1:" + FreePorts.next();
        List<String> lines = new ArrayList<>(Files.readAllLines(site.file()));
        lines.removeIf(line -> line.startsWith("status.listen="));
        lines.add("status.listen=" + statusListen);
        Path file = Files.write(site.file().resolveSibling(name + "-process.properties"), lines);
        return new SiteProcess(name, file, statusListen, jvmArguments);
    }

    /** Starts it, and waits for nothing. */
    public SiteProcess start() {
        process = JavaProcess.builder(Gemel.class.getName(), log())
                .jvmArguments("-XX:+UseSerialGC")
                .jvmArguments(jvmArguments)
                .arguments("site", file.toString())
                .start();
        return this;
    }

    /** Kills it as a power cut would; does nothing to one that does not run. */
    public void kill() {
        if (process != null) {
            process.kill();
        }
    }

    public void freeze() {
        running().freeze();
    }

    public void thaw() {
        running().thaw();
    }

    /**
     * Its process id.
     *
     * @throws IllegalStateException when it was never started
     */
    public long pid() {
        return running().pid();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    private JavaProcess running() {
        if (process == null) {
            throw new IllegalStateException(this + " was never started");
        }
        return process;
    }

    /** Where it answers, as {@code host:port}. */
    public String statusListen() {
        return statusListen;
    }

    /** All it has written, over all its starts. */
    public Path log() {
        return file.resolveSibling(name + "-process.log");
    }

    /** What it answers on its status port, as JSON; empty while it does not answer. */
    public String status() throws InterruptedException {
        URI uri = URI.create("http://" + statusListen + "/status");
        try {
            return http.send(
                            HttpRequest.newBuilder(uri).timeout(STATUS_LIMIT).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public String toString() {
        return "site process " + name;
    }
}
