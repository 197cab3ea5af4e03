package io.gemel.deploy.config;

import io.gemel.router.api.RouterBackendTls;
import io.gemel.router.api.RouterClientTls;
import io.gemel.router.api.RouterTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the PEM files hold that a {@code router.properties} names.
 *
 * @param listen null when clients come by plain HTTP
 */
record RouterTlsFiles(@Nullable RouterTls listen, RouterClientTls clients, RouterBackendTls backends) {

    /** Reads them all; what is wrong with them is kept by the reader of the settings. */
    static RouterTlsFiles read(SettingsReader settings, RouterEntries entries) {
        List<RouterClientTls.Named> named = new ArrayList<>();
        entries.certificates().forEach((name, lines) -> {
            String prefix = RouterKeys.CERTIFICATE_OF + name;
            String certificate = prefix + ".certificate";
            String key = prefix + ".key";
            if (!lines.certificate().isEmpty() && !lines.key().isEmpty()) {
                named.add(new RouterClientTls.Named(
                        name, pair(settings, certificate, lines.certificate(), key, lines.key())));
            }
        });
        RouterClientTls.Auth auth = settings.ifGood(RouterKeys.CLIENT_AUTH);
        return new RouterTlsFiles(
                pair(settings, RouterKeys.TLS_CERTIFICATE, RouterKeys.TLS_KEY),
                new RouterClientTls(
                        named,
                        Objects.requireNonNullElse(auth, RouterClientTls.Auth.NONE),
                        certificates(settings, RouterKeys.CLIENT_AUTHORITIES)),
                new RouterBackendTls(
                        certificates(settings, RouterKeys.TLS_AUTHORITIES),
                        pair(settings, RouterKeys.OUTBOUND_CERTIFICATE, RouterKeys.OUTBOUND_KEY)));
    }

    private static @Nullable RouterTls pair(SettingsReader settings, Key<String> certificateKey, Key<String> keyKey) {
        String certificate = settings.ifGood(certificateKey);
        String key = settings.ifGood(keyKey);
        if (certificate == null || key == null || (certificate.isEmpty() && key.isEmpty())) {
            return null;
        }
        if (certificate.isEmpty() || key.isEmpty()) {
            Key<String> lacking = certificate.isEmpty() ? certificateKey : keyKey;
            settings.reportAt(
                    lacking.name(), lacking.name() + " is not set", "name the certificate and its key, or neither");
        }
        return pair(settings, certificateKey.name(), certificate, keyKey.name(), key);
    }

    private static RouterTls pair(
            SettingsReader settings, String certificateKey, String certificate, String keyKey, String key) {
        requirePrivate(settings, keyKey, key);
        return new RouterTls(pem(settings, certificateKey, certificate), pem(settings, keyKey, key));
    }

    /** Whoever can read the key can pretend to be this router. */
    private static void requirePrivate(SettingsReader settings, String key, String name) {
        try {
            if (!name.isEmpty()) {
                SecretFile.require(settings.named(key, name));
            }
        } catch (BadValueException e) {
            settings.reportAt(key, key + " " + e.getMessage(), e.fix());
        } catch (IOException e) {
            // Reading it fails likewise, and that is reported.
        }
    }

    private static @Nullable String certificates(SettingsReader settings, Key<String> key) {
        String name = settings.ifGood(key);
        return name == null || name.isEmpty() ? null : pem(settings, key.name(), name);
    }

    private static String pem(SettingsReader settings, String key, String name) {
        if (name.isEmpty()) {
            return "";
        }
        Path pem = settings.named(key, name);
        try {
            // Any bytes are text so; what is no PEM is refused with that reason.
            return Files.readString(pem, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            settings.reportAt(
                    key,
                    key + " is " + pem + ", which cannot be read",
                    "name a PEM file, readable by the user that runs gemel");
            return "";
        }
    }
}
