package io.gemel.deploy.scenario;

/** Which sites apply everything of the other one before the next lines of a scenario are written. */
enum CatchUp {
    BOTH("caught up"),
    EAST("east caught up"),
    WEST("west caught up");

    private final String words;

    CatchUp(String words) {
        this.words = words;
    }

    /** As it stands between two hyphens on both sides in a scenario file. */
    String words() {
        return words;
    }
}
