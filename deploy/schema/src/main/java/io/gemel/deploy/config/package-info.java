/**
 * What an operator writes in {@code site.properties}, read strictly: every unknown key, bad value and missing key is
 * reported together, with its line and how to fix it, and the result is one immutable {@link
 * io.gemel.deploy.config.SiteConfig}. Files and environment variables are read here and nowhere else.
 */
@NullMarked
package io.gemel.deploy.config;

import org.jspecify.annotations.NullMarked;
