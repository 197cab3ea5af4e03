/** Tests of what an application embeds, and of the same contract kept by a VM in another language, on real databases. */
@NullUnmarked
package io.gemel.deploy.vm;

import org.jspecify.annotations.NullUnmarked;
