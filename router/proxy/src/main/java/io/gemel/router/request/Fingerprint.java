package io.gemel.router.request;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Distinguishes requests with the same key: SHA-256 of method, target, what else identifies the client, and body, each
 * but the last followed by a newline. Confined to one thread.
 */
public final class Fingerprint {
    private final MessageDigest digest;

    public Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * In hexadecimal.
     *
     * @param scope values that tell clients apart; empty when they have none
     */
    public String of(String method, String target, List<String> scope, byte[] body) {
        digest.update(method.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        digest.update(target.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        for (String value : scope) {
            digest.update(value.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) '\n');
        }
        return HexFormat.of().formatHex(digest.digest(body));
    }
}
