package io.gemel.deploy.router;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gemel.deploy.Gemel;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code gemel router FILE} in a process of its own, which a test may kill, freeze and start again. One thread. */
final class RouterProcess {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Path file;
    private final String listen;
    private final String adminListen;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private @Nullable JavaProcess process;

    /**
     * Writes its properties file; starts nothing.
     *
     * @param lines what the file says beside name, site and addresses
     */
    RouterProcess(String name, String site, Path folder, List<String> lines) {
        this.name = name;
        this.listen = "127.0.0.1:" + FreePorts.next();
        this.adminListen = "127.0.0.1:" + FreePorts.next();
        List<String> all = new ArrayList<>(
                List.of("router=" + name, "site=" + site, "listen=" + listen, "admin.listen=" + adminListen));
        all.addAll(lines);
        try {
            this.file = Files.write(folder.resolve(name + ".properties"), all);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the properties of router " + name, e);
        }
    }

    /** Starts it, and waits for nothing. */
    RouterProcess start() {
        process = JavaProcess.builder(Gemel.class.getName(), file.resolveSibling(name + ".log"))
                .jvmArguments("-XX:+UseSerialGC")
                .arguments("router", file.toString())
                .start();
        return this;
    }

    /** Kills it as a power cut would; does nothing to one that does not run. */
    void kill() {
        if (process != null) {
            process.kill();
        }
    }

    /** Asks it to end in good order, and waits; its exit code. */
    int stop(Duration limit) {
        return process == null ? 0 : process.terminate(limit);
    }

    /** Asks it to end in good order, and waits for nothing. */
    void tellToEnd() {
        if (process != null) {
            process.tellToEnd();
        }
    }

    /** Tells it by SIGHUP to read its file again. */
    void hangUp() {
        if (process != null) {
            process.hangUp();
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    Path file() {
        return file;
    }

    Path log() {
        return file.resolveSibling(name + ".log");
    }

    /** Where clients send their requests. */
    URI uri() {
        return URI.create("http://" + listen);
    }

    URI admin(String path) {
        return URI.create("http://" + adminListen + path);
    }

    /** What it answers on its administration port; empty while it does not answer with 200. */
    String ask(String path) throws InterruptedException {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(admin(path)).timeout(ANSWER_LIMIT).build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? answer.body() : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** What its status says of a VM or a site, in lower case; empty while it does not answer. */
    String stateOf(String list, String name) throws IOException, InterruptedException {
        String status = ask("/status");
        if (!status.isEmpty()) {
            for (JsonNode each : new ObjectMapper().readTree(status).path(list)) {
                if (each.path("name").asText().equals(name)) {
                    return each.path("state").asText().toLowerCase(Locale.ROOT);
                }
            }
        }
        return "";
    }

    @Override
    public String toString() {
        return "router " + name;
    }
}
