package io.gemel.deploy.config;

import java.util.List;

/** The words of the policy language, for tests of other packages. */
public final class PolicyNames {
    private PolicyNames() {}

    /** Every policy that decides a row. */
    public static List<String> ofRows() {
        return PolicyText.OF_ROWS;
    }

    /** Those of them whose outcome for several rows, or with columns of their own rules, is no other than that of the rest. */
    public static List<String> alikeForOneRow() {
        return List.of(PolicyText.CUSTOM, PolicyText.PARK);
    }

    /** What may stand beside one of them. */
    public static String ofColumns() {
        return PolicyText.DELTA;
    }
}
