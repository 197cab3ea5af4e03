package io.gemel.router.client;

import io.gemel.router.api.Route;
import io.gemel.router.request.RequestTarget;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request that is proper, and the route that it takes.
 *
 * @param by what it is read by
 * @param upgrade the protocols that its client asks for on its connection; null for none
 */
public record RequestHead(
        RequestReaderSettings by,
        Client client,
        RequestTarget target,
        Route route,
        @Nullable String upgrade) {}
