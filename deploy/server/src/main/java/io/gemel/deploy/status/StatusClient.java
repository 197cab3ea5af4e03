package io.gemel.deploy.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.SiteConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks a site process for its status. Safe to use from several threads. */
public final class StatusClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /**
     * Asks the process that a configuration describes.
     *
     * @throws CommandException when it cannot be reached, or something else answers
     */
    public StatusReport ask(SiteConfig site) throws CommandException {
        URI uri = URI.create("http://" + reachable(site.statusListen()) + "/status");
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw notGemel(uri, "answered with code " + answer.statusCode(), null);
            }
            return StatusJson.read(answer.body());
        } catch (JsonProcessingException e) {
            throw notGemel(uri, "did not answer with a status report", e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "the process of site " + site.site() + " does not answer at " + site.statusListen(),
                    "start it with gemel site " + site.file() + ", or correct status.listen",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(
                    ExitCode.UNREACHABLE, "interrupted while asking " + uri, "run the command again", e);
        }
    }

    private static CommandException notGemel(URI uri, String problem, @Nullable Exception e) {
        return new CommandException(
                ExitCode.UNREACHABLE, uri + " " + problem, "correct status.listen: another program listens there", e);
    }

    /** A process that listens on every address is asked on the loopback one. */
    private static HostPort reachable(HostPort listen) {
        boolean everyAddress = listen.host().equals("0.0.0.0") || listen.host().equals("::");
        return everyAddress ? new HostPort("127.0.0.1", listen.port()) : listen;
    }
}
