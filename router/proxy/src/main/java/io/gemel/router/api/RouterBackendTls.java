package io.gemel.router.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards VMs and site processes whose address begins with {@code https}, also for heartbeats. The same for all of
 * them.
 *
 * @param authorities {@code tls.authorities}: certificates of trusted authorities, PEM; null for those that the JVM
 *     trusts
 * @param identity {@code tls.outbound.certificate} and {@code tls.outbound.key}: the router's client certificate; null
 *     for none
 */
public record RouterBackendTls(
        @Nullable String authorities, @Nullable RouterTls identity) {
    /** The JVM's trusted authorities, and no client certificate. */
    public static RouterBackendTls defaults() {
        return new RouterBackendTls(null, null);
    }

    void check(List<String> problems) {
        if (authorities != null) {
            Pem.checkAuthorities(problems, "tls.authorities", authorities);
        }
        if (identity != null) {
            Pem.check(problems, "tls.outbound", identity);
        }
    }

    /** Does not show the key. */
    @Override
    public String toString() {
        return "RouterBackendTls[" + (identity == null ? "no certificate" : "with a certificate") + "]";
    }
}
