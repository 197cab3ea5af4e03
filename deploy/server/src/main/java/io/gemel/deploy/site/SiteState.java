package io.gemel.deploy.site;

/** Lifecycle of a site process. */
public enum SiteState {
    /** Between two runs: connecting, or waiting a little before a retry. */
    STARTING,
    /** Another process leads this site; this one waits to take over. */
    STANDBY,
    /** Leading: capture and apply are at work. */
    RUNNING,
    /** A person has to fix something; tried again at intervals. */
    HALTED,
    /** Closed permanently. */
    CLOSED
}
