package io.gemel.router.http;

import io.gemel.router.api.Pem;
import io.gemel.router.api.RouterClientTls;
import io.gemel.router.api.RouterTls;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate a client is shown, by the host that it asks for: one that names the host, then one whose wildcard covers it, then the
 * first. Immutable; any thread.
 */
final class ServerCertificates extends X509ExtendedKeyManager {
    private static final String WILDCARD = "*.";

    private final List<Entry> entries = new ArrayList<>();

    private record Entry(String alias, List<X509Certificate> chain, PrivateKey key, Set<String> hosts) {}

    /** @param first shown to those who ask for no host, or for one that none of the others names */
    ServerCertificates(RouterTls first, List<RouterClientTls.Named> others) {
        add("", first);
        others.forEach(other -> add(other.name(), other.tls()));
    }

    private void add(String alias, RouterTls tls) {
        List<X509Certificate> chain = Pem.certificates(tls.certificate());
        try {
            entries.add(new Entry(alias, chain, Pem.key(tls.key(), chain.get(0)), Pem.hosts(chain.get(0))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the configuration has found this key to be proper", e);
        }
    }

    /**
     * Those that may be shown to a client, all of one rank: they differ in the kind of their keys.
     *
     * @param host as the client asks for it; null when it asks for none
     */
    private List<Entry> fitting(@Nullable String host) {
        if (host != null) {
            String asked = host.toLowerCase(Locale.ROOT);
            List<Entry> named = naming(asked);
            int dot = asked.indexOf('.');
            List<Entry> fitting = named.isEmpty() && dot > 0 ? naming(WILDCARD + asked.substring(dot + 1)) : named;
            if (!fitting.isEmpty()) {
                return fitting;
            }
        }
        return entries.subList(0, 1);
    }

    private List<Entry> naming(String host) {
        return entries.stream().filter(entry -> entry.hosts().contains(host)).toList();
    }

    /** The name of the one to show; null when none fits this kind of key. */
    @Nullable
    String alias(String keyType, @Nullable String host) {
        return fitting(host).stream()
                .filter(entry -> entry.key().getAlgorithm().equals(keyType))
                .map(Entry::alias)
                .findFirst()
                .orElse(null);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return alias(keyType, TlsPeer.serverName(engine.getHandshakeSession()));
    }

    private @Nullable Entry entry(String alias) {
        return entries.stream()
                .filter(entry -> entry.alias().equals(alias))
                .findFirst()
                .orElse(null);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Entry entry = entry(alias);
        return entry == null ? null : entry.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Entry entry = entry(alias);
        return entry == null ? null : entry.key();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return entries.stream()
                .filter(entry -> entry.key().getAlgorithm().equals(keyType))
                .map(Entry::alias)
                .toArray(String[]::new);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return alias(keyType, null);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
        return null; // it is a server's
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }
}
