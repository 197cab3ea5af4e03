package io.gemel.router.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How VMs and site processes are spoken to whose address begins with {@code https}; heartbeats, too. One for all of them: the router is the
 * same to whomever it speaks.
 *
 * @param authorities {@code tls.authorities}: certificates, PEM, of those who sign theirs; null for those that the JVM trusts
 * @param identity {@code tls.outbound.certificate} and {@code tls.outbound.key}: the certificate that the router shows when it is asked for
 *     one; null for none
 */
public record RouterBackendTls(
        @Nullable String authorities, @Nullable RouterTls identity) {
    /** Whom the JVM trusts, and no certificate of its own. */
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
