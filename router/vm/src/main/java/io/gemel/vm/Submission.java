package io.gemel.vm;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a submission: key, request and deadline.
 *
 * @param key identifies the work that must happen once, however often and wherever it is sent; chosen by the client
 * @param fingerprint of the request, so that one key is never used for two; null when it must not be compared
 * @param attempt grows with every attempt of a key: milliseconds since 1970, at least one more than that of the attempt
 *     before. Of two attempts that two sites committed without knowing of each other the greater one takes effect
 * @param firstAttempt the number of the first attempt of the same request. It may execute what was declined before;
 *     what was declined since is its answer
 * @param deadline nothing is committed after it
 */
public record Submission(String key, @Nullable String fingerprint, long attempt, long firstAttempt, Instant deadline) {
    /** Most characters of a key, all of them printable ASCII. */
    public static final int KEY_MAX = 255;

    /** Most characters of a fingerprint, all of them printable ASCII. */
    public static final int FINGERPRINT_MAX = 128;

    /** @throws IllegalArgumentException naming the limit that is broken */
    public Submission {
        requireName("the key of a submission", key, KEY_MAX);
        if (fingerprint != null) {
            requireName("the fingerprint of a submission", fingerprint, FINGERPRINT_MAX);
        }
        if (attempt < 1) {
            throw new IllegalArgumentException("an attempt's number is at least 1, not " + attempt);
        }
        if (firstAttempt < 1 || firstAttempt > attempt) {
            throw new IllegalArgumentException("the first attempt's number is at least 1 and at most that of this one, "
                    + attempt + ", not " + firstAttempt);
        }
    }

    /** The first attempt of a request. */
    public Submission(String key, @Nullable String fingerprint, long attempt, Instant deadline) {
        this(key, fingerprint, attempt, attempt, deadline);
    }

    /** The same, for a request with this fingerprint. */
    public Submission withFingerprint(String other) {
        return new Submission(key, other, attempt, firstAttempt, deadline);
    }

    Submission withDeadline(Instant other) {
        return new Submission(key, fingerprint, attempt, firstAttempt, other);
    }

    /**
     * The fingerprint of an HTTP request, as the router computes it: hex SHA-256 of method, line feed, target, line feed, body.
     *
     * @param target path and query as they were sent
     */
    public static String fingerprintOf(String method, String target, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((method + "\n" + target + "\n").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    private static void requireName(String what, String value, int max) {
        if (value.isBlank() || value.length() > max || !isPrintable(value)) {
            throw new IllegalArgumentException(what + " has 1 to " + max
                    + " characters, all of them printable ASCII; this one has " + value.length());
        }
    }
}
