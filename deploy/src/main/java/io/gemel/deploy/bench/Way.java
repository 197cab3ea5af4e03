package io.gemel.deploy.bench;

import java.net.URI;

/**
 * A way to the VM.
 *
 * @param name what the table calls it
 */
record Way(String name, URI uri) {}
