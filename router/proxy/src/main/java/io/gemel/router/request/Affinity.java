package io.gemel.router.request;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Session affinity: returns a client to the VM that answered it. Its cookie means the same to every router, because it
 * is made of names alone. Only the choice of a VM depends on it. Pure.
 *
 * @param cookie the cookie's name
 * @param vm the VM that the client's cookie names; null when it has none, or one that names none of its group
 */
public record Affinity(String cookie, @Nullable String vm) {
    private static final int VALUE_BYTES = 8;

    /** What a cookie holds that names a VM. */
    public static String value(String cookie, String vm) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest((cookie + "\n" + vm).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, VALUE_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * The header that lets the client come back to the VM that answers it now; null when it has that cookie already.
     *
     * @param secure whether it came by https
     */
    @Nullable
    public String setCookie(@Nullable String answering, boolean secure) {
        if (answering == null || answering.equals(vm)) {
            return null;
        }
        return cookie + "=" + value(cookie, answering) + "; Path=/; HttpOnly; SameSite=Lax"
                + (secure ? "; Secure" : "");
    }
}
