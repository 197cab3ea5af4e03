package io.gemel.deploy.bank;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that follows Gemel's documentation: it creates the key, and sends the same request with the same key again,
 * to another router if it knows one, until it gets a final answer or its own deadline passes. Any thread.
 */
public final class BankClient {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(50);

    private final HttpClient http;
    private final List<URI> routers;
    private final Duration tryLimit;
    private final Duration patience;
    private final String durability;

    /**
     * A client of some routers.
     *
     * @param routers asked in turn, the first one first
     * @param tryLimit how long one try is waited for
     * @param patience how long a submission is sent again
     */
    public BankClient(List<URI> routers, Duration tryLimit, Duration patience) {
        this(
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_LIMIT)
                        .build(),
                List.copyOf(routers),
                tryLimit,
                patience,
                "");
    }

    private BankClient(HttpClient http, List<URI> routers, Duration tryLimit, Duration patience, String durability) {
        this.http = http;
        this.routers = routers;
        this.tryLimit = tryLimit;
        this.patience = patience;
        this.durability = durability;
    }

    /** A client of the same routers that asks for a level of durability: {@code local}, {@code shipped} or {@code applied}. */
    public BankClient asking(String level) {
        return new BankClient(http, routers, tryLimit, patience, level);
    }

    /** Has something done once. The future never fails. */
    public CompletableFuture<BankExchange> submit(String key, String path, String body, long intended) {
        return submit(new Wish(key, path, body, intended), 0);
    }

    private record Wish(String key, String path, String body, long intended) {}

    private CompletableFuture<BankExchange> submit(Wish wish, int triesBefore) {
        URI target = routers.get(triesBefore % routers.size()).resolve(wish.path());
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(tryLimit)
                .header("Idempotency-Key", wish.key())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(wish.body()));
        if (!durability.isEmpty()) {
            request.header("Gemel-Durability", durability);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .handle((response, failure) -> exchange(wish, triesBefore + 1, response, failure))
                .thenCompose(exchange -> isOver(exchange)
                        ? CompletableFuture.completedFuture(exchange)
                        : CompletableFuture.runAsync(() -> {}, later())
                                .thenCompose(none -> submit(wish, exchange.tries())));
    }

    private static Executor later() {
        return CompletableFuture.delayedExecutor(RETRY_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static BankExchange exchange(
            Wish wish, int tries, @Nullable HttpResponse<String> response, @Nullable Throwable failure) {
        return new BankExchange(
                wish.key(),
                wish.path(),
                wish.body(),
                wish.intended(),
                System.nanoTime(),
                tries,
                response == null ? Optional.empty() : Optional.of(BankReply.of(response)),
                failure == null ? "" : failure.toString());
    }

    private boolean isOver(BankExchange exchange) {
        return exchange.reply().filter(BankReply::isFinal).isPresent()
                || exchange.latency().compareTo(patience) > 0;
    }
}
