package io.gemel.router.api;

import java.util.List;

/**
 * Every limit of a router that an operator may configure.
 *
 * @param bodyMax {@code body.max}: bytes of a request's body that are kept for resubmission; a larger one is rejected
 * @param bodiesMax {@code bodies.max}: bytes of all bodies, of requests and answers, kept concurrently; beyond it new
 *     requests are rejected
 * @param headersMax {@code headers.max}: bytes of a request's headers
 * @param lineMax {@code line.max}: bytes of a request's first line
 * @param requestsMax {@code requests.max}: concurrent requests; beyond it new ones are rejected
 * @param connectionsMax {@code connections.max}: concurrent client connections; beyond it new ones are closed
 * @param vmConnectionsMax {@code vm.connections.max}: connections to one VM from each of the router's threads
 * @param vmRequestsMax {@code vm.requests.max}: concurrent requests from this router to one VM; 0 for the capacity that
 *     the VM reports
 * @param vmHeadersMax {@code vm.headers.max}: bytes of the headers of a VM's answer
 * @param attemptsMax {@code attempts.max}: maximum number of VMs at which one request may do work
 * @param threads {@code threads}: event loops that serve clients
 */
public record RouterLimits(
        int bodyMax,
        long bodiesMax,
        int headersMax,
        int lineMax,
        int requestsMax,
        int connectionsMax,
        int vmConnectionsMax,
        int vmRequestsMax,
        int vmHeadersMax,
        int attemptsMax,
        int threads) {

    /** Most event loops: more do not help, as each VM gets connections from every one. */
    static final int THREADS_MAX = 64;

    /** The defaults. */
    public static RouterLimits defaults() {
        int threads = Math.max(1, Math.min(8, Runtime.getRuntime().availableProcessors()));
        return new RouterLimits(1 << 20, 256L << 20, 16 << 10, 8 << 10, 4096, 10_000, 512, 0, 256 << 10, 5, threads);
    }

    void check(List<String> problems) {
        atLeast(problems, "body.max", bodyMax, 1);
        atLeast(problems, "headers.max", headersMax, 1024);
        atLeast(problems, "line.max", lineMax, 256);
        atLeast(problems, "requests.max", requestsMax, 1);
        atLeast(problems, "connections.max", connectionsMax, 1);
        atLeast(problems, "vm.connections.max", vmConnectionsMax, 1);
        atLeast(problems, "vm.requests.max", vmRequestsMax, 0);
        atLeast(problems, "vm.headers.max", vmHeadersMax, 1024);
        atLeast(problems, "attempts.max", attemptsMax, 1);
        atLeast(problems, "threads", threads, 1);
        if (threads > THREADS_MAX) {
            problems.add("threads must be at most " + THREADS_MAX);
        }
        if (bodiesMax < bodyMax) {
            problems.add("bodies.max must not be below body.max");
        }
    }

    private static void atLeast(List<String> problems, String setting, int value, int least) {
        if (value < least) {
            problems.add(setting + " must be at least " + least);
        }
    }
}
