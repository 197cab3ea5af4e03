package io.gemel.deploy.embedded;

import java.util.OptionalLong;

/** A running broker, wherever it runs. It is running from its creation until it is stopped or killed. */
interface KafkaBroker {
    /** Ends it in good order and waits for that. */
    void stop();

    /** Ends it without any order and waits for that. */
    void kill();

    boolean isRunning();

    /** Its process id, when it has a process of its own. */
    OptionalLong pid();
}
