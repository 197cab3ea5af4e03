package io.gemel.router.decision;

/**
 * One attempt of a submission that has ended.
 *
 * @param vm where it was sent
 * @param deathsBefore how often that VM had died when it was sent there
 * @param endedMillis when it ended, in the router's own time
 * @param kept whether that VM is known to keep the ledger for such a request
 */
public record Attempt(
        String vm, String host, String site, long deathsBefore, long endedMillis, boolean kept, AttemptResult result) {}
