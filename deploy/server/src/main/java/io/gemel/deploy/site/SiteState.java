package io.gemel.deploy.site;

/** Lifecycle of a site process. */
public enum SiteState {
    /** Between two lives: connecting, or waiting a little before trying again. */
    STARTING,
    /** Another process leads this site; this one waits to take over. */
    STANDBY,
    /** Leading: capture and apply are at work. */
    RUNNING,
    /** A person has to fix something; tried again at intervals. */
    HALTED,
    /** Closed for good. */
    CLOSED
}
