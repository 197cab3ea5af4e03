package io.gemel.deploy.faults;

import java.util.List;

/** One promise. Pure. */
@FunctionalInterface
interface Checker {
    /** What breaks the promise, each naming the transaction, row or figure; empty when it holds. */
    List<String> violations(Facts facts);
}
