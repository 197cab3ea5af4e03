/** What an application may bring along, as an example and a test. */
@NullMarked
package io.gemel.deploy.example;

import org.jspecify.annotations.NullMarked;
