package io.gemel.router.api;

/**
 * A certificate.
 *
 * @param certificate the chain, PEM, the owner's own first
 * @param key its private key, PEM (PKCS 8, not encrypted), RSA or EC
 */
public record RouterTls(String certificate, String key) {
    /** Shows neither. */
    @Override
    public String toString() {
        return "RouterTls[******]";
    }
}
