/**
 * A sample application: a small bank behind HTTP, with Gemel's VM library. The demo, the benchmark and the tests run several of its
 * processes, on several pretended hosts, at two sites. It is also the shortest complete example of how an application uses the library.
 */
@NullMarked
package io.gemel.deploy.bank;

import org.jspecify.annotations.NullMarked;
