package io.gemel.router.request;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import javax.security.auth.x500.X500Principal;

/**
 * A client's identity in its certificate. All texts are printable ASCII, whatever the certificate contains.
 *
 * @param subject its distinguished name (RFC 4514); empty when all its names are alternative ones
 * @param fingerprint SHA-256 of the certificate, in hexadecimal
 * @param encoded the certificate as RFC 9440 has it in a header
 * @param identity what stays when the certificate is renewed: issuer, subject and alternative names
 */
public record ClientCertificate(String subject, String fingerprint, String encoded, String identity) {
    public static final String HEADER = "Client-Cert";
    public static final String SUBJECT_HEADER = "X-Client-Cert-Subject";
    public static final String FINGERPRINT_HEADER = "X-Client-Cert-Fingerprint";

    /** Kinds of names that otherwise show as numbers and bytes. */
    private static final Map<String, String> KEYWORDS = Map.of("1.2.840.113549.1.9.1", "emailAddress");

    public static ClientCertificate of(X509Certificate certificate) {
        try {
            byte[] der = certificate.getEncoded();
            String subject = printable(name(certificate.getSubjectX500Principal()));
            String issuer = printable(name(certificate.getIssuerX500Principal()));
            return new ClientCertificate(
                    subject,
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(der)),
                    ":" + Base64.getEncoder().encodeToString(der) + ":",
                    issuer + " | " + subject + " | " + alternatives(certificate));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("it was decoded before, and every Java platform has SHA-256", e);
        }
    }

    private static String name(X500Principal principal) {
        return principal.getName(X500Principal.RFC2253, KEYWORDS);
    }

    private static String alternatives(X509Certificate certificate) {
        TreeSet<String> all = new TreeSet<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                Object value =
                        name.get(1) instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : name.get(1);
                all.add(name.get(0) + ":" + printable(String.valueOf(value)));
            }
        } catch (CertificateParsingException e) {
            return "unreadable"; // its subject and issuer still tell it apart
        }
        return String.join(" ", all);
    }

    /** Other characters become backslash and two digits for each byte (RFC 4514), so that no name can end a header or a line of a log. */
    public static String printable(String text) {
        if (text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            return text;
        }
        StringBuilder printable = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b <= '~') {
                printable.append((char) b);
            } else {
                printable.append('\\').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return printable.toString();
    }
}
