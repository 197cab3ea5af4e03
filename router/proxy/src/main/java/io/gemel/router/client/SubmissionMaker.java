package io.gemel.router.client;

import io.gemel.router.api.Durability;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.decision.Group;
import io.gemel.router.request.ClientCertificate;
import io.gemel.router.request.Fingerprint;
import io.gemel.router.request.HeaderRules;
import io.gemel.router.request.RequestCheck;
import io.gemel.router.request.RequestTarget;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map.Entry;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes submissions of requests that were found proper. Confined to one event loop. */
final class SubmissionMaker {
    private static final int RANDOM_BYTES = 16;

    private final RandomGenerator random;
    private final Fingerprint fingerprint = new Fingerprint();

    /** @param random of a secure kind: keys are made from it */
    SubmissionMaker(RandomGenerator random) {
        this.random = random;
    }

    /**
     * The submission that a request makes.
     *
     * @param group whose VMs may have it
     * @param body null when it is not kept
     */
    Submission make(RequestHead head, Group group, @Nullable Buffer body) {
        RequestReaderSettings by = head.by();
        Client client = head.client();
        RequestTarget target = head.target();
        Route route = head.route();
        RouterConfig config = by.config();
        HttpServerRequest request = client.request();
        HttpMethod method = request.method();
        List<Entry<String, String>> headers =
                by.affinities().without(HeaderRules.towardsVm(request.headers(), client.trusted()));
        if (target.outcomeKey() != null) {
            headers.removeIf(header -> header.getKey().equalsIgnoreCase("Authorization")); // the router's own token
        }
        String named = request.getHeader("Idempotency-Key");
        String given =
                target.outcomeKey() != null ? target.outcomeKey() : named == null ? null : RequestCheck.key(named);
        boolean reads =
                method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD) || method.equals(HttpMethod.OPTIONS);
        String key = given != null ? given : reads ? null : randomHex();
        if (target.outcomeKey() != null && reads) {
            // It asks and closes nothing, but only the database that knows can tell.
            key = given;
        }
        String level = request.getHeader("Gemel-Durability");
        Durability asked = level == null ? null : RequestCheck.durability(level);
        Durability usual = route.durability() == null ? config.durability() : route.durability();
        String mark = key == null || body == null || target.outcomeKey() != null
                ? null
                : fingerprint.of(method.name(), target.text(), scope(by, group, client), body.getBytes());
        boolean empty = body != null && body.length() == 0 && reads;
        return new Submission(
                group,
                client.wantedVm(),
                method,
                target,
                headers,
                key,
                given != null,
                empty ? null : body,
                body == null ? request : null,
                head.upgrade(),
                route.submission(),
                mark,
                asked == null ? usual : asked,
                route.timeout() == null ? config.times().requestTimeout() : route.timeout());
    }

    /** What belongs to a key besides the request's text: two applications that share a database may have the same paths. */
    private static List<String> scope(RequestReaderSettings by, Group group, Client client) {
        // A client that is sent to another VM has another cookie, and is the same client.
        MultiMap headers = by.affinities().without(client.request().headers());
        RouterFrontend frontend = by.config().frontend();
        List<String> scope = new ArrayList<>();
        for (String name : frontend.keyScope()) {
            String lower = name.toLowerCase(Locale.ROOT);
            // Of whom is not trusted headers that tell where a request came from prove nothing.
            if (client.trusted() || !HeaderRules.tellsProvenance(lower)) {
                headers.getAll(name).forEach(value -> scope.add(lower + ": " + value));
            }
        }
        ClientCertificate certificate = client.certificate();
        if (frontend.keyScopeCertificate() && certificate != null) {
            scope.add("certificate of " + certificate.identity()); // no header's name has a blank
        }
        if (!group.name().equals(RouterConfig.GROUP_DEFAULT)) {
            scope.add("group=" + group.name());
        }
        return scope;
    }

    /** A key that nobody can guess. */
    private String randomHex() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
