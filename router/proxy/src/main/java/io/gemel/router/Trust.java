package io.gemel.router;

import java.security.cert.CertificateException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** How TLS is spoken, and why it was not. Pure. */
final class Trust {
    /** What is spoken, to clients and to VMs. */
    static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");

    /** Causes of a failure that are looked at. */
    private static final int CAUSES_MAX = 10;

    /** Longest reason: what is no TLS is part of it, whatever its length. */
    private static final int REASON_MAX = 200;

    private Trust() {}

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
