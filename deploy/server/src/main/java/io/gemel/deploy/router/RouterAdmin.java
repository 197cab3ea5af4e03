package io.gemel.deploy.router;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterPart;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Speaks to a running router through its {@code admin.listen}. Safe to use from several threads. */
public final class RouterAdmin {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RELOAD_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int CONFLICT = 409;

    private final RouterConfig config;
    private final Path file;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /** Speaks to the router that a file describes. */
    public RouterAdmin(RouterConfig config, Path file) {
        this.config = config;
        this.file = file;
    }

    /**
     * The router's figures as JSON.
     *
     * @throws CommandException when it cannot be reached, or something else answers
     */
    public String status() throws CommandException {
        HttpResponse<String> answer = send("GET", "/status", TIMEOUT);
        if (answer.statusCode() != 200) {
            throw notRouter(answer);
        }
        return answer.body();
    }

    /** How many VMs the router knows as alive; 0 while it does not answer. */
    public int aliveVms() {
        try {
            int alive = 0;
            for (JsonNode vm : JSON.readTree(status()).path("vms")) {
                alive += vm.path("state").asText().equals("alive") ? 1 : 0;
            }
            return alive;
        } catch (CommandException | JsonProcessingException e) {
            return 0;
        }
    }

    /** How often the router found a VM dead, over all VMs. */
    public long deaths() throws CommandException {
        try {
            long deaths = 0;
            for (JsonNode vm : JSON.readTree(status()).path("vms")) {
                deaths += vm.path("deaths").asLong();
            }
            return deaths;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a router's status is JSON", e);
        }
    }

    /** Does what {@code gemel drain} does. */
    public String drain(RouterPart part) throws CommandException {
        return order("drain", part, "");
    }

    /** Does what {@code gemel undrain} does. */
    public String undrain(RouterPart part) throws CommandException {
        return order("undrain", part, "");
    }

    /**
     * Gives an order and waits until it is carried out.
     *
     * @param order {@code drain}, {@code undrain} or {@code down}
     * @param options more of the query, beginning with {@code &}; or empty
     * @return what was done, in a sentence
     * @throws CommandException when the router refuses, or cannot be reached
     */
    String order(String order, RouterPart part, String options) throws CommandException {
        String query = part.kind().word() + "=" + URLEncoder.encode(part.name(), StandardCharsets.UTF_8) + options;
        Duration limit = config.times().drainTimeout().plus(TIMEOUT);
        return said(send("POST", "/" + order + "?" + query, limit));
    }

    /**
     * Does what {@code gemel reload} does. A token that the file has and the router has not yet is waited for: a router looks at its file every
     * second.
     *
     * @return what has changed, in a sentence
     * @throws CommandException when the router refuses, or cannot be reached
     */
    String reload() throws CommandException {
        long until = System.nanoTime() + TIMEOUT.toNanos();
        HttpResponse<String> answer = send("POST", "/reload", RELOAD_TIMEOUT);
        while (answer.statusCode() == UNAUTHORIZED && System.nanoTime() < until) {
            pause();
            answer = send("POST", "/reload", RELOAD_TIMEOUT);
        }
        return said(answer);
    }

    private static void pause() throws CommandException {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.UNREACHABLE, "interrupted while waiting", "run the command again", e);
        }
    }

    private String said(HttpResponse<String> answer) throws CommandException {
        String said = answer.body().strip();
        return switch (answer.statusCode()) {
            case 200 -> said;
            case CONFLICT, BAD_REQUEST ->
                throw new CommandException(ExitCode.FINDING, "router " + config.name() + " refuses", said, null);
            case UNAUTHORIZED ->
                throw new CommandException(
                        ExitCode.USAGE,
                        "router " + config.name() + " expects another admin.token",
                        "set the one that it uses in " + file,
                        null);
            default -> throw notRouter(answer);
        };
    }

    private HttpResponse<String> send(String method, String target, Duration limit) throws CommandException {
        URI uri = URI.create("http://" + reachable() + target);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).timeout(limit).method(method, HttpRequest.BodyPublishers.noBody());
        String token = config.adminToken();
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "router " + config.name() + " does not answer at " + config.admin(),
                    "start it with gemel router " + file + ", or correct admin.listen",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(
                    ExitCode.UNREACHABLE, "interrupted while asking " + uri, "run the command again", e);
        }
    }

    private CommandException notRouter(HttpResponse<String> answer) {
        return new CommandException(
                ExitCode.UNREACHABLE,
                config.admin() + " answered with code " + answer.statusCode(),
                "correct admin.listen, another program listens there",
                null);
    }

    /** A router that listens on every address is asked on the loopback one. */
    private RouterConfig.Address reachable() {
        String host = config.admin().host();
        boolean everyAddress = host.equals("0.0.0.0") || host.equals("::");
        return everyAddress
                ? new RouterConfig.Address("127.0.0.1", config.admin().port())
                : config.admin();
    }
}
