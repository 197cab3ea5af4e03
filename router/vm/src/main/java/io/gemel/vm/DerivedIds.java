package io.gemel.vm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Primary keys derived from a submission's key, so that a submission which runs again, possibly at the other site,
 * creates the same rows. Pure; any thread.
 */
public final class DerivedIds {
    /** The namespace (version 5 of DNS and {@code io.gemel.vm}) of the names {@code key:index}, for the same ids in another language. */
    public static final UUID NAMESPACE = UUID.fromString("5901283c-cc16-57a5-8f13-666066700dc9");

    private static final long UUID_VERSION_5 = 0x5000L;
    private static final long UUID_VARIANT = 0x8000_0000_0000_0000L;

    private DerivedIds() {}

    /**
     * A version 5 UUID of {@link #NAMESPACE} and the name {@code key:index}.
     *
     * @param index distinguishes the ids that one submission needs
     */
    public static UUID uuid(String key, int index) {
        ByteBuffer hash = hash(key, index);
        long high = (hash.getLong() & ~0xF000L) | UUID_VERSION_5;
        long low = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | UUID_VARIANT;
        return new UUID(high, low);
    }

    /**
     * A number of 63 bits, 0 or more: the first eight bytes of the same hash without the sign. Of 100 million ids two are equal with a
     * probability of 1 in 2000, of a thousand million with 1 in 20: where that matters, take {@link #uuid}.
     */
    public static long number(String key, int index) {
        return hash(key, index).getLong() & Long.MAX_VALUE;
    }

    private static ByteBuffer hash(String key, int index) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(NAMESPACE.getMostSignificantBits())
                    .putLong(NAMESPACE.getLeastSignificantBits())
                    .array());
            return ByteBuffer.wrap(digest.digest((key + ":" + index).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-1", e);
        }
    }
}
