package io.gemel.router;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.security.cert.CertificateException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Whom the router believes when it asks a VM or a site's process by https. */
final class Trust {
    /** What is spoken, to clients and to VMs. */
    static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");

    /** Causes of a failure that are looked at. */
    private static final int CAUSES_MAX = 10;

    /** Longest reason: what is no TLS is part of it, whatever its length. */
    private static final int REASON_MAX = 200;

    private Trust() {}

    /**
     * Options of a client that asks for a certificate which names the server's host, signed by one of {@link RouterConfig#authorities}, or,
     * without them, by one that the JVM trusts.
     */
    static HttpClientOptions options(RouterConfig config) {
        HttpClientOptions options = new HttpClientOptions()
                .setVerifyHost(true)
                .setUseAlpn(false)
                .setEnabledSecureTransportProtocols(PROTOCOLS);
        String authorities = config.authorities();
        if (authorities != null) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authorities)));
        }
        return options;
    }

    /** Why a server could not be asked, in an operator's words. */
    static String why(Throwable failure) {
        boolean tls = false;
        Throwable each = failure;
        for (int i = 0; i < CAUSES_MAX && each != null; i++) {
            if (each instanceof CertificateException) {
                return "its certificate is not accepted: " + deepest(each) + "; see tls.authorities";
            }
            tls |= each instanceof SSLException;
            each = each.getCause();
        }
        return tls ? "TLS with it fails: " + deepest(failure) : String.valueOf(failure.getMessage());
    }

    private static String deepest(Throwable failure) {
        Throwable deepest = failure;
        @Nullable Throwable cause = failure.getCause();
        for (int i = 0; i < CAUSES_MAX && cause != null; i++) {
            deepest = cause;
            cause = cause.getCause();
        }
        String reason = String.valueOf(deepest.getMessage());
        return reason.length() <= REASON_MAX ? reason : reason.substring(0, REASON_MAX) + "...";
    }
}
