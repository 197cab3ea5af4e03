package io.gemel.router.http;

import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Checks a request's bearer token. Pure. */
public final class Bearer {
    private Bearer() {}

    /** Compares in a time that does not tell how much of it is right. */
    public static boolean shows(HttpServerRequest request, String token) {
        String given = request.getHeader("Authorization");
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8), ("Bearer " + token).getBytes(StandardCharsets.UTF_8));
    }
}
