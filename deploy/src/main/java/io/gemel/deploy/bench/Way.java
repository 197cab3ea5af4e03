package io.gemel.deploy.bench;

import java.net.URI;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A way to the VM.
 *
 * @param name what the table calls it
 * @param pid of the process that stands on it; empty when none does
 */
record Way(String name, URI uri, OptionalLong pid) {
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
