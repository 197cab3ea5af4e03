package io.gemel.router.http;

import io.gemel.router.api.RouterBackendTls;
import io.gemel.router.request.ClientCertificate;
import java.security.cert.CertificateException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** TLS options, and explanations of TLS failures. Pure. */
public final class TlsOptions {
    /** What is spoken, to clients and to VMs. */
    static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");

    /** Causes of a failure that are looked at. */
    private static final int CAUSES_MAX = 10;

    /** Longest reason: what is no TLS is part of it, whatever its length. */
    private static final int REASON_MAX = 200;

    private static final String ALERT = "Received fatal alert: ";

    private TlsOptions() {}

    /** What a peer says that does not accept a certificate, or was shown none. */
    private static final Set<String> REFUSALS = Set.of(
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "unknown_ca",
            "access_denied",
            "certificate_required");

    /**
     * Why a server could not be asked, in an operator's words.
     *
     * @param by how it was asked
     */
    public static String why(Throwable failure, RouterBackendTls by) {
        String rejection = rejection(failure);
        if (rejection != null) {
            String said = " (it says " + rejection + "); see tls.outbound.certificate";
            return by.identity() == null
                    ? "it asks for a client certificate, and the router has none" + said
                    : "it does not accept the router's certificate" + said;
        }
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

    /** The word with which a server refused the certificate that it was shown, or the lack of one; null when it did not. */
    public static @Nullable String rejection(Throwable failure) {
        Throwable each = failure;
        for (int i = 0; i < CAUSES_MAX && each != null; i++) {
            String text = String.valueOf(each.getMessage());
            if (each instanceof SSLException && text.contains(ALERT)) {
                // JDK: "Received fatal alert: unknown_ca", newer ones with "(certificate_required) ..." before.
                return REFUSALS.stream().filter(text::contains).findFirst().orElse(null);
            }
            each = each.getCause();
        }
        return null;
    }

    /** Whether TLS failed, rather than what is spoken through it or the connection below. */
    public static boolean isOfTls(Throwable failure) {
        Throwable each = failure;
        for (int i = 0; i < CAUSES_MAX && each != null; i++) {
            if (each instanceof SSLException) {
                return true;
            }
            each = each.getCause();
        }
        return false;
    }

    /** Why a client's handshake failed. */
    public static String reason(Throwable failure) {
        return ClientCertificate.printable(deepest(failure));
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
