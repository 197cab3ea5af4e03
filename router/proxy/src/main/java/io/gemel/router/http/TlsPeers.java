package io.gemel.router.http;

import io.gemel.router.api.Pem;
import io.gemel.router.api.RouterClientTls;
import io.gemel.router.api.RouterClientTls.Auth;
import io.vertx.core.http.HttpConnection;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The clients connected by TLS, and whether the current settings still accept them: a handshake used the settings of
 * its time. Confined to one event loop.
 */
public final class TlsPeers {
    /** What a connection that is no longer accepted has in hand gets to end. */
    private static final long GRACE_SECONDS = 600;

    private final Map<HttpConnection, TlsPeer> peers = new HashMap<>();
    private RouterClientTls by;
    private @Nullable X509TrustManager trust;

    public TlsPeers(RouterClientTls by) {
        this.by = by;
        trust = trust(by);
    }

    /** A new connection, whose handshake is over. */
    public void enter(HttpConnection connection) {
        SSLSession session = connection.sslSession();
        if (session != null) {
            TlsPeer peer = TlsPeer.of(session);
            peers.put(connection, peer);
            endUnlessAccepted(connection, peer);
        }
    }

    public void leave(HttpConnection connection) {
        peers.remove(connection);
    }

    /** Null for one that came without TLS. */
    @Nullable
    public TlsPeer of(HttpConnection connection) {
        return peers.get(connection);
    }

    /** Goes by other settings: whoever would no longer be let in gets the answers to what it has sent, and is closed. */
    public void follow(RouterClientTls next) {
        if (!next.equals(by)) {
            by = next;
            trust = trust(next);
            Map.copyOf(peers).forEach(this::endUnlessAccepted);
        }
    }

    private void endUnlessAccepted(HttpConnection connection, TlsPeer peer) {
        if (!accepts(peer.chain())) {
            connection.shutdown(GRACE_SECONDS, TimeUnit.SECONDS).onComplete(unused -> {});
        }
    }

    private boolean accepts(List<X509Certificate> chain) {
        X509TrustManager authorities = trust;
        if (authorities == null || chain.isEmpty()) {
            return by.auth() == Auth.NONE ? chain.isEmpty() : by.auth() == Auth.REQUEST;
        }
        try {
            X509Certificate[] all = chain.toArray(X509Certificate[]::new);
            authorities.checkClientTrusted(all, all[0].getPublicKey().getAlgorithm());
            return true;
        } catch (CertificateException e) {
            return false;
        }
    }

    private static @Nullable X509TrustManager trust(RouterClientTls by) {
        String authorities = by.authorities();
        if (authorities == null) {
            return null;
        }
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate each : Pem.certificates(authorities)) {
                store.setCertificateEntry("authority " + store.size(), each);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager each : factory.getTrustManagers()) {
                if (each instanceof X509TrustManager found) {
                    return found;
                }
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the configuration has found these certificates to be proper", e);
        }
        throw new IllegalStateException("every Java platform judges X.509 certificates");
    }
}
