package io.gemel.deploy.status;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a site, or its capturing or applying side, is doing. Ordered from well to ill. */
public enum SideState {
    /** At work, or waiting for something to do. */
    RUNNING,
    /** Another process of the same site is at work; this one takes over when that one ends. */
    STANDBY,
    /** Connecting and reading what is needed before it can work. */
    STARTING,
    /** An operator stopped it. */
    PAUSED,
    /** Something that a person must fix prevents it; retried at intervals. */
    HALTED,
    /** Lost its database or its log; the site process restarts it. */
    FAILED,
    /** Closed permanently. */
    CLOSED;

    /** As it is printed everywhere. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    static SideState ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
