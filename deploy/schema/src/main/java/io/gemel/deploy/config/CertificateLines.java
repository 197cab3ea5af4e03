package io.gemel.deploy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code tls.sni.<name>.*}: the files of one certificate for some hosts. */
final class CertificateLines implements EntryLines {
    private @Nullable String certificate;
    private @Nullable String key;

    @Override
    public void take(String what, String text) throws BadValueException {
        switch (what) {
            case "certificate" -> certificate = Values.notBlank(text);
            case "key" -> key = Values.notBlank(text);
            default -> throw new BadValueException("is not known", "such an entry has the keys certificate and key");
        }
    }

    @Override
    public List<String> lacking() {
        return EntryLines.lacking("certificate", certificate, "key", key);
    }

    /** Empty while it is lacking. */
    String certificate() {
        return certificate == null ? "" : certificate;
    }

    /** Empty while it is lacking. */
    String key() {
        return key == null ? "" : key;
    }
}
