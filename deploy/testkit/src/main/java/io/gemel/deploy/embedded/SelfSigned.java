package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A key and a certificate that it has signed itself, made by the JDK's keytool.
 *
 * @param certificate PEM
 * @param key PEM
 */
public record SelfSigned(String certificate, String key) {
    private static final String PASSWORD = "changeit";
    private static final String ALIAS = "server";

    /** Makes names differ, as those of authorities do. */
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /**
     * Makes a pair.
     *
     * @param folder where its files may lie
     * @param kind RSA or EC
     * @param host what it is for, as keytool writes it: {@code ip:127.0.0.1} or {@code dns:localhost}
     */
    public static SelfSigned make(Path folder, String kind, String host)
            throws IOException, GeneralSecurityException, InterruptedException {
        return make(folder, kind, host, "CN=test " + NUMBER.incrementAndGet());
    }

    /**
     * Makes a pair.
     *
     * @param folder where its files may lie
     * @param kind RSA or EC
     * @param host what it is for, as keytool writes it
     * @param subject whose it is
     */
    public static SelfSigned make(Path folder, String kind, String host, String subject)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path store = Files.createTempDirectory(folder, "keys").resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        kind,
                        "-dname",
                        subject,
                        "-ext",
                        "SAN=" + host)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(1, TimeUnit.MINUTES) || keytool.exitValue() != 0) {
            throw new IOException("keytool: " + said);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return new SelfSigned(
                pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()),
                pem("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
    }

    private static String pem(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + label
                + "-----\n";
    }
}
