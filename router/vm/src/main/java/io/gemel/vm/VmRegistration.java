package io.gemel.vm;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers a VM at routers, and renews the registration before it expires: their files need not name it. A router that
 * is down or was restarted is informed as soon as it answers. Closing removes the registrations. Runs on its own
 * thread; its methods are safe for any number of threads.
 */
public final class VmRegistration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VmRegistration.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Pattern LEASE = Pattern.compile("\"leaseMillis\"\\s*:\\s*(\\d{1,12})");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

    /** Of an address. */
    private static final Set<String> PATHS = Set.of("", "/");

    private static final String GROUP_DEFAULT = "default";
    private static final long AGAIN_MILLIS = 1000;
    private static final long PAUSE_LEAST_MILLIS = 100;

    /** Two may get lost on their way. */
    private static final int TELLINGS_IN_A_LEASE = 3;

    private static final int REASON_MAX = 300;

    private final VmConfig config;
    private final Map<URI, HttpRequest> registrations = new LinkedHashMap<>();
    private final Map<URI, HttpRequest> departures = new LinkedHashMap<>();
    private final Map<URI, CompletableFuture<?>> underWay = new HashMap<>();
    private boolean closed;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final Map<URI, String> problems = new ConcurrentHashMap<>();
    private final ExecutorService thread;

    /** Of the group to which requests go that no route sends elsewhere. */
    public VmRegistration(VmConfig config, List<URI> routers, String token, URI url, @Nullable URI heartbeatUrl) {
        this(config, routers, token, url, heartbeatUrl, GROUP_DEFAULT);
    }

    /**
     * Begins to tell them.
     *
     * @param config of the VM
     * @param routers each router's {@code admin.listen}, for instance {@code http://10.0.0.5:8081}
     * @param token the routers' {@code register.token}
     * @param url where routers reach the VM: scheme, host and port only
     * @param heartbeatUrl where they reach its {@link VmHeartbeats}; null when it has none
     * @param group the application that it is an instance of, as {@code route.<prefix>.group} names it
     * @throws IllegalArgumentException when an address is none, no router is named, or no header can carry the token
     */
    public VmRegistration(
            VmConfig config, List<URI> routers, String token, URI url, @Nullable URI heartbeatUrl, String group) {
        this.config = config;
        if (routers.isEmpty()) {
            throw new IllegalArgumentException("no router is configured");
        }
        if (!TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException("the token is empty, or has characters that no header can carry");
        }
        routers.forEach(VmRegistration::requireAddress);
        requireAddress(url);
        Json json = new Json()
                .put("vm", config.name())
                .put("site", config.site())
                .put("host", config.host())
                .put("url", url.toString())
                .put("group", group);
        if (heartbeatUrl != null) {
            requireAddress(heartbeatUrl);
            json.put("heartbeatUrl", heartbeatUrl.toString());
        }
        String leaving = "?vm=" + URLEncoder.encode(config.name(), StandardCharsets.UTF_8);
        for (URI router : routers) {
            HttpRequest registration = request(router, "", token)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(json.text()))
                    .build();
            registrations.put(router, registration);
            departures.put(router, request(router, leaving, token).DELETE().build());
        }
        thread = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, "gemel-vm-registration");
            made.setDaemon(true);
            return made;
        });
        for (URI router : registrations.keySet()) {
            problems.put(router, "it was not contacted yet");
            again(router, 0);
        }
    }

    private static void requireAddress(URI address) {
        boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        if (!http || address.getHost() == null || !PATHS.contains(address.getPath())) {
            throw new IllegalArgumentException(address + " is not an address: write http://HOST:PORT");
        }
    }

    /** Why a router does not know the VM, by its address; empty when all know it. */
    public Map<URI, String> problems() {
        return new TreeMap<>(problems);
    }

    private void again(URI router, long delayMillis) {
        CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS, thread)
                .execute(() -> tell(router));
    }

    private void tell(URI router) {
        CompletableFuture<HttpResponse<String>> sent;
        synchronized (this) {
            if (closed) {
                return;
            }
            sent = http.sendAsync(registrations.get(router), BodyHandlers.ofString());
            underWay.put(router, sent);
        }
        CompletableFuture<?> unused = sent.whenCompleteAsync((answer, why) -> told(router, answer, why), thread);
    }

    private static HttpRequest.Builder request(URI router, String query, String token) {
        return HttpRequest.newBuilder(router.resolve("/register" + query))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token);
    }

    private void told(URI router, @Nullable HttpResponse<String> answer, @Nullable Throwable why) {
        if (answer != null && answer.statusCode() == 200) {
            if (problems.remove(router) != null) {
                LOG.info("router at {} knows VM {}", router, config.name());
            }
            Matcher lease = LEASE.matcher(answer.body());
            long millis = lease.find() ? Long.parseLong(lease.group(1)) / TELLINGS_IN_A_LEASE : AGAIN_MILLIS;
            again(router, Math.max(PAUSE_LEAST_MILLIS, millis));
            return;
        }
        String problem = answer == null ? "it does not answer: " + cause(why) : said(answer);
        if (!problem.equals(problems.put(router, problem))) {
            LOG.warn("router at {} does not know VM {}: {}", router, config.name(), problem);
        }
        again(router, AGAIN_MILLIS);
    }

    private static String said(HttpResponse<String> answer) {
        String text = answer.body().strip();
        return "it answers " + answer.statusCode() + ": "
                + (text.length() <= REASON_MAX ? text : text.substring(0, REASON_MAX) + "...");
    }

    private static String cause(@Nullable Throwable why) {
        Throwable each = why;
        while (each != null && each.getCause() != null) {
            each = each.getCause();
        }
        return String.valueOf(each);
    }

    /**
     * Deregisters the VM, and returns when routers know or do not answer: after 2 seconds, or 4 when a registration is
     * in progress, which would restore it. Requests in flight continue: close it before the VM ends.
     */
    @Override
    public void close() {
        Map<URI, CompletableFuture<?>> first;
        synchronized (this) {
            closed = true;
            first = new HashMap<>(underWay);
        }
        thread.shutdownNow();
        List<CompletableFuture<?>> left = new ArrayList<>();
        departures.forEach((router, departure) ->
                left.add(first.getOrDefault(router, CompletableFuture.completedFuture(null))
                        .handle((answer, why) -> why)
                        .thenCompose(unused -> http.sendAsync(departure, BodyHandlers.discarding()))
                        .handle((answer, why) -> why)));
        left.forEach(CompletableFuture::join);
    }
}
