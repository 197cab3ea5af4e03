package io.gemel.router.http;

import io.gemel.router.request.ClientCertificate;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Result of the TLS handshake with a client.
 *
 * @param version such as {@code TLSv1.3}
 * @param serverName the host that the client asked for; null for none
 * @param chain the certificates that it showed and that were verified, its own first; empty for none
 * @param certificate who it is by the first of them; null for none
 */
public record TlsPeer(
        String version,
        @Nullable String serverName,
        List<X509Certificate> chain,
        @Nullable ClientCertificate certificate) {

    static TlsPeer of(SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate each : session.getPeerCertificates()) {
                if (each instanceof X509Certificate certificate) {
                    chain.add(certificate);
                }
            }
        } catch (SSLPeerUnverifiedException e) {
            chain.clear(); // it was not asked for one, or showed none
        }
        return new TlsPeer(
                session.getProtocol(),
                serverName(session),
                List.copyOf(chain),
                chain.isEmpty() ? null : ClientCertificate.of(chain.get(0)));
    }

    /** The host that a client asks for; null for none. */
    static @Nullable String serverName(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return null;
    }
}
