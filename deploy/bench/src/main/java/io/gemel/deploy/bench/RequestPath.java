package io.gemel.deploy.bench;

import io.vertx.core.http.HttpVersion;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A way to the VM.
 *
 * @param name of what stands on it
 * @param version what is spoken with whoever is at the address
 * @param pid of the process that stands on it; empty when none does
 */
record RequestPath(String name, URI uri, HttpVersion version, OptionalLong pid) {
    /** The same way for those who speak HTTP/2 with it, without a word of HTTP/1.1 before. */
    RequestPath http2() {
        return new RequestPath(name, uri, HttpVersion.HTTP_2, pid);
    }

    boolean leadsThrough(String what) {
        return name.equals(what);
    }

    /** What the table calls it. */
    String label() {
        return version == HttpVersion.HTTP_2 ? name + " h2" : name;
    }

    /** Processor time that the process on it has used so far. */
    Duration spent() {
        if (pid.isEmpty()) {
            return Duration.ZERO;
        }
        return ProcessHandle.of(pid.getAsLong()).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
    }
}
