package io.gemel.router.api;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards clients: further server certificates, and whether clients are asked for theirs.
 *
 * @param named {@code tls.sni.<name>.*}: certificates for other hosts; the first match is used
 * @param auth {@code tls.client.auth}: whether clients are asked for a certificate
 * @param authorities {@code tls.client.authorities}: authorities that sign client certificates, PEM; null with {@code
 *     NONE} only
 */
public record RouterClientTls(
        List<Named> named, Auth auth, @Nullable String authorities) {

    /** Whether clients are asked for a certificate. */
    public enum Auth {
        /** Nothing: a certificate is not looked at. */
        NONE,
        /** A certificate that is shown must be signed by one of the authorities; none need be shown. */
        REQUEST,
        /** A certificate signed by one of the authorities; without one there is no connection. */
        REQUIRED;

        /** Its name in settings. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A certificate for some hosts.
     *
     * @param name the operator's label
     */
    public record Named(String name, RouterTls tls) {}

    public RouterClientTls {
        named = List.copyOf(named);
    }

    /** One certificate for all, and clients are not asked for theirs. */
    public static RouterClientTls defaults() {
        return new RouterClientTls(List.of(), Auth.NONE, null);
    }

    /** @param https whether clients come by https at all */
    void check(List<String> problems, boolean https) {
        for (Named each : named) {
            String setting = "tls.sni." + each.name();
            Pem.check(problems, setting, each.tls());
            if (!https) {
                problems.add(setting + ".certificate is not used: set tls.certificate and tls.key, too");
            }
            List<X509Certificate> chain = Pem.certificates(each.tls().certificate());
            if (!chain.isEmpty() && Pem.hosts(chain.get(0)).isEmpty()) {
                problems.add(setting + ".certificate names no host among its subject alternative names (DNS): it would"
                        + " never be used; have it issued for the hosts that clients ask for");
            }
        }
        String asked = authorities;
        if (auth != Auth.NONE && !https) {
            problems.add(
                    "tls.client.auth=" + auth.word() + " needs https clients: set tls.certificate and tls.key, too");
        }
        if (auth != Auth.NONE && asked == null) {
            problems.add("tls.client.auth=" + auth.word()
                    + " needs tls.client.authorities: name a PEM file with those who sign clients' certificates");
        }
        if (asked != null) {
            Pem.checkAuthorities(problems, "tls.client.authorities", asked);
            if (auth == Auth.NONE) {
                problems.add("tls.client.authorities is set, but clients are not asked for a certificate: set"
                        + " tls.client.auth=request or required, or leave it out");
            }
        }
    }
}
