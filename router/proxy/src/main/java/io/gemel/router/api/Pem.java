package io.gemel.router.api;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Validates PEM texts before they are used: otherwise an invalid one would only fail with the first client. Pure. */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";

    /** The kind of a host's name among a certificate's alternative names. */
    private static final int DNS_NAME = 2;

    /** Kinds of keys that work, and what signs with them. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    private static final byte[] SAMPLE = "gemel".getBytes(StandardCharsets.US_ASCII);

    private Pem() {}

    /**
     * What keeps this certificate from being shown; nothing when it can.
     *
     * @param setting what the names of its settings begin with
     */
    static void check(List<String> problems, String setting, RouterTls tls) {
        List<X509Certificate> chain = certificates(problems, setting + ".certificate", tls.certificate());
        String key = tls.key();
        List<String> labels = labels(key);
        if (!labels.contains(KEY)) {
            problems.add(labels.stream()
                    .filter(label -> label.endsWith(KEY))
                    .findFirst()
                    .map(form -> setting + ".key holds a key of the form " + form
                            + ", which is not read: convert it with openssl pkcs8 -topk8 -nocrypt")
                    .orElse(setting + ".key holds no private key in PEM form (-----BEGIN PRIVATE KEY-----):"
                            + " name the file with the certificate's key"));
        } else if (!chain.isEmpty()) {
            checkPair(problems, setting, chain.get(0), blocks(key, KEY).get(0));
        }
    }

    /** What keeps certificates from being trusted; nothing when they can. */
    static void checkAuthorities(List<String> problems, String setting, String authorities) {
        certificates(problems, setting, authorities);
    }

    /** Every certificate in a valid text. */
    public static List<X509Certificate> certificates(String pem) {
        return certificates(new ArrayList<>(), "", pem);
    }

    /** The hosts that a certificate names, in lower case, wildcards among them; none when they cannot be read. */
    public static Set<String> hosts(X509Certificate certificate) {
        Set<String> hosts = new LinkedHashSet<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0).equals(DNS_NAME)) {
                    hosts.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateParsingException e) {
            return Set.of(); // as if it named none
        }
        return hosts;
    }

    /** The private key in a valid text, of the kind that a certificate is for. */
    public static PrivateKey key(String pem, X509Certificate of) throws GeneralSecurityException {
        return KeyFactory.getInstance(of.getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(blocks(pem, KEY).get(0)));
    }

    private static List<X509Certificate> certificates(List<String> problems, String setting, String pem) {
        List<X509Certificate> all = new ArrayList<>();
        for (byte[] block : blocks(pem, CERTIFICATE)) {
            try {
                all.add((X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(block)));
            } catch (CertificateException e) {
                problems.add(setting + " holds a certificate that cannot be read (number " + (all.size() + 1)
                        + "): have it issued again, or copy the whole file");
                return List.of();
            }
        }
        if (all.isEmpty()) {
            problems.add(setting + " holds no certificate in PEM form (-----BEGIN CERTIFICATE-----):"
                    + " convert it with openssl x509, or name another file");
        }
        return all;
    }

    /** A key fits when the certificate's public key knows its signature. */
    private static void checkPair(List<String> problems, String setting, X509Certificate certificate, byte[] key) {
        PublicKey known = certificate.getPublicKey();
        String kind = known.getAlgorithm();
        String signature = SIGNATURES.get(kind);
        if (signature == null) {
            problems.add(setting + ".certificate is for a key of the kind " + kind + ": have one issued for RSA or EC");
            return;
        }
        boolean fits;
        try {
            PrivateKey secret = KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(key));
            Signature signing = Signature.getInstance(signature);
            signing.initSign(secret);
            signing.update(SAMPLE);
            Signature checking = Signature.getInstance(signature);
            checking.initVerify(known);
            checking.update(SAMPLE);
            fits = checking.verify(signing.sign());
        } catch (InvalidKeySpecException e) {
            fits = false;
        } catch (GeneralSecurityException e) {
            problems.add(setting + ".key cannot be used: " + e.getMessage());
            return;
        }
        if (!fits) {
            problems.add(setting + ".key does not belong to the first certificate of " + setting + ".certificate ("
                    + certificate.getSubjectX500Principal()
                    + "): name the key that it was issued for, and put the router's own certificate first");
        }
    }

    private static List<String> labels(String pem) {
        List<String> labels = new ArrayList<>();
        for (Matcher block = BLOCK.matcher(pem); block.find(); ) {
            labels.add(block.group(1));
        }
        return labels;
    }

    private static List<byte[]> blocks(String pem, String label) {
        List<byte[]> blocks = new ArrayList<>();
        for (Matcher block = BLOCK.matcher(pem); block.find(); ) {
            if (block.group(1).equals(label)) {
                blocks.add(Base64.getMimeDecoder().decode(block.group(2)));
            }
        }
        return blocks;
    }
}
