package io.gemel.router;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import org.jspecify.annotations.Nullable;

/**
 * What a VM answered.
 *
 * @param body all of the body, or its first part
 * @param rest where the other parts come from, paused; null when there is none
 * @param upgraded the connection, when the VM has switched to another protocol on it; null otherwise
 */
record VmAnswer(
        int status,
        MultiMap headers,
        Buffer body,
        @Nullable HttpClientResponse rest,
        @Nullable Upgraded upgraded) {
    /** Nobody reads what is still to come: its connection must not wait for that. */
    void discardRest() {
        if (rest != null) {
            rest.request().reset().onComplete(done -> {});
        }
        if (upgraded != null) {
            upgraded.close();
        }
    }

    @Nullable
    Outcome outcome() {
        return upgraded != null ? null : Outcome.ofWord(headers.get("Gemel-Outcome"));
    }
}
