package io.gemel.router.client;

import io.gemel.router.api.Durability;
import io.gemel.router.decision.Group;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.Grpc;
import io.gemel.router.request.RequestTarget;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A client's request, ready to be sent to a VM.
 *
 * @param group whose VMs may have it
 * @param wanted the VM of the group that its client's cookie names; null when there is none
 * @param headers those that the VM gets as they came
 * @param key null for a request that changes nothing and has none
 * @param keyGiven whether the client knows the key already
 * @param body null when there is none, or it is not kept
 * @param stream where a body comes from that is not kept; null otherwise
 * @param upgrade the protocols that its client asks for on its connection; null for none
 * @param kept whether its route says that the ledger is kept for it; null when that is the VM's to say
 * @param fingerprint null for a body that is not kept, and when there is no key
 * @param level what is awaited after the commit
 * @param timeout what its client waits at most for the beginning of an answer
 */
public record Submission(
        Group group,
        @Nullable String wanted,
        HttpMethod method,
        RequestTarget target,
        List<Entry<String, String>> headers,
        @Nullable String key,
        boolean keyGiven,
        @Nullable Buffer body,
        @Nullable HttpServerRequest stream,
        @Nullable String upgrade,
        @Nullable Boolean kept,
        @Nullable String fingerprint,
        Durability level,
        Duration timeout) {

    /** Whether a VM is known to keep the ledger for it. */
    public boolean keptBy(VmState vm) {
        if (kept == null || target.own()) {
            return vm.beat().keeps(target);
        }
        return kept && vm.beat().library();
    }

    /** Whether it is a call of gRPC. */
    public boolean grpc() {
        return stream != null && Grpc.isCall(stream);
    }

    /** Where a body comes from that is passed on as it comes; null when none does. */
    @Nullable
    public HttpServerRequest passing() {
        if (stream == null || upgrade != null) {
            return null;
        }
        String length = stream.getHeader(HttpHeaders.CONTENT_LENGTH);
        boolean untold = length == null
                && (stream.version() == HttpVersion.HTTP_2 || stream.headers().contains(HttpHeaders.TRANSFER_ENCODING));
        return untold || (length != null && !length.equals("0")) ? stream : null;
    }

    /** Whether a part of its body is still to come. */
    public boolean isComing() {
        HttpServerRequest passing = passing();
        return passing != null && !passing.isEnded();
    }

    /** Whether it may be sent again however it ended. */
    public boolean safe() {
        return key == null;
    }
}
