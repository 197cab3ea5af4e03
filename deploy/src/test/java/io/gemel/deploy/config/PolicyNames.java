package io.gemel.deploy.config;

import java.util.List;

/** The words of the policy language, for tests of other packages. */
public final class PolicyNames {
    private PolicyNames() {}

    /** Every policy that decides a row. */
    public static List<String> ofRows() {
        return PolicyText.OF_ROWS;
    }

    /** What may stand beside one of them. */
    public static String ofColumns() {
        return PolicyText.DELTA;
    }
}
