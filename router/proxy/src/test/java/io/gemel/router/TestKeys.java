package io.gemel.router;

import io.gemel.deploy.embedded.SelfSigned;
import io.gemel.router.api.Pem;
import io.gemel.router.api.RouterTls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * A key and a certificate that it has signed itself, as routers and their clients use them.
 *
 * @param certificate PEM
 * @param key PEM
 */
public record TestKeys(String certificate, String key) {
    private static final String ALIAS = "own";

    /**
     * Makes a pair.
     *
     * @param folder where its files may lie
     * @param kind RSA or EC
     * @param host what it is for, as keytool writes it: {@code ip:127.0.0.1} or {@code dns:localhost}
     */
    public static TestKeys make(Path folder, String kind, String host) throws Exception {
        return of(SelfSigned.make(folder, kind, host));
    }

    /** @param subject whose it is */
    static TestKeys make(Path folder, String kind, String host, String subject) throws Exception {
        return of(SelfSigned.make(folder, kind, host, subject));
    }

    private static TestKeys of(SelfSigned made) {
        return new TestKeys(made.certificate(), made.key());
    }

    public RouterTls tls() {
        return new RouterTls(certificate, key);
    }

    X509Certificate x509() throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII)));
    }

    /** What a client uses that trusts this certificate only. */
    public SSLContext trusting() throws GeneralSecurityException, IOException {
        return trusting(null);
    }

    /** The same for a client that shows a certificate of its own. */
    SSLContext trusting(TestKeys own) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("trusted", x509());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own == null ? null : own.keyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** Shows it to whoever asks for a certificate, whomever that one would believe. */
    private KeyManager[] keyManagers() throws GeneralSecurityException {
        return new KeyManager[] {new Own(x509(), Pem.key(key, x509()))};
    }

    private static final class Own extends X509ExtendedKeyManager {
        private final X509Certificate certificate;
        private final PrivateKey key;

        Own(X509Certificate certificate, PrivateKey key) {
            this.certificate = certificate;
            this.key = key;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return List.of(keyTypes).contains(key.getAlgorithm()) ? ALIAS : null;
        }

        @Override
        public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
            return chooseClientAlias(keyTypes, issuers, null);
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
