package io.gemel.router.http;

import io.gemel.router.api.RouterBackendTls;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterTls;
import io.gemel.router.api.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP client that follows the settings: when one of its settings changes, a new client replaces it, and the old one
 * ends after its requests in flight and upgraded connections. Confined to one event loop.
 */
public final class RenewableClient {
    /** Longer than anything is under way: requests end in their own time, what was upgraded when a side ends it. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** After its last request was begun a client may still be connecting for that long, beyond its own time for it. */
    private static final long MARGIN_MILLIS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(RenewableClient.class);

    private final Vertx vertx;
    private final Settings settings;
    private final Function<RouterConfig, Options> options;
    private RouterConfig seen;
    private Options made;
    private HttpClient http;

    /**
     * Settings of a client.
     *
     * @param tls see {@link RouterConfig#backendTls}
     * @param version HTTP/1.1, or HTTP/2 with prior knowledge
     * @param headersMax bytes of the headers of an answer
     * @param connectionsMax to one server
     * @param waitingMax requests that wait for one of them; negative for any number
     */
    public record Options(
            HttpVersion version,
            RouterBackendTls tls,
            Duration connectTimeout,
            Duration idleTimeout,
            int headersMax,
            int connectionsMax,
            int waitingMax) {

        /** Enough for answers of a few headers, over a few connections. */
        public static Options plain(RouterConfig config, int connectionsMax, int waitingMax) {
            return new Options(
                    HttpVersion.HTTP_1_1,
                    config.backendTls(),
                    config.times().connectTimeout(),
                    config.times().vmIdleTimeout(),
                    HttpClientOptions.DEFAULT_MAX_HEADER_SIZE,
                    connectionsMax,
                    waitingMax);
        }

        /** It asks for a certificate that names the server's host, signed by one of the authorities, or by one that the JVM trusts. */
        private HttpClient make(Vertx vertx) {
            HttpClientOptions http = new HttpClientOptions()
                    .setProtocolVersion(version)
                    .setAlpnVersions(List.of(version))
                    .setHttp2ClearTextUpgrade(false)
                    .setHttp2KeepAliveTimeout((int) Math.max(1, idleTimeout.toSeconds()))
                    .setInitialSettings(new Http2Settings().setMaxHeaderListSize(headersMax))
                    .setVerifyHost(true)
                    .setUseAlpn(version == HttpVersion.HTTP_2)
                    .setEnabledSecureTransportProtocols(TlsOptions.PROTOCOLS)
                    .setKeepAlive(true)
                    .setKeepAliveTimeout((int) Math.max(1, idleTimeout.toSeconds()))
                    .setConnectTimeout((int) connectTimeout.toMillis())
                    .setMaxHeaderSize(headersMax)
                    .setTcpNoDelay(true);
            String authorities = tls.authorities();
            if (authorities != null) {
                http.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authorities)));
            }
            RouterTls identity = tls.identity();
            if (identity != null) {
                http.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(identity.certificate()))
                        .addKeyValue(Buffer.buffer(identity.key())));
            }
            PoolOptions pool = new PoolOptions()
                    .setHttp1MaxSize(connectionsMax)
                    .setHttp2MaxSize(connectionsMax)
                    .setMaxWaitQueueSize(waitingMax);
            return vertx.httpClientBuilder()
                    .with(http)
                    .with(pool)
                    .withConnectHandler(connection -> connection.exceptionHandler(
                            why -> LOG.debug("a connection to {} fails", connection.remoteAddress(), why)))
                    .build();
        }
    }

    public RenewableClient(Vertx vertx, Settings settings, Function<RouterConfig, Options> options) {
        this.vertx = vertx;
        this.settings = settings;
        this.options = options;
        seen = settings.now();
        made = options.apply(seen);
        http = made.make(vertx);
    }

    /** Where a server is, and how it is spoken to. */
    public static RequestOptions to(URI url) {
        boolean tls = "https".equals(String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT));
        int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
        return new RequestOptions().setHost(url.getHost()).setPort(port).setSsl(tls);
    }

    /** The client for a request that begins now. */
    public HttpClient get() {
        if (!settings.areStill(seen)) {
            seen = settings.now();
            Options next = options.apply(seen);
            if (!next.equals(made)) {
                retire(http, made);
                made = next;
                http = next.make(vertx);
            }
        }
        return http;
    }

    /** Its requests end. What is still connecting when a client is shut down would fail, so that comes later. */
    private void retire(HttpClient old, Options with) {
        vertx.setTimer(
                with.connectTimeout().toMillis() + MARGIN_MILLIS,
                unused -> old.shutdown(LONGEST).onComplete(done -> {}));
    }
}
