/**
 * HTTP/1.1, HTTP/2 and TLS, parsed more strictly than by Vert.x, and HTTP clients. Nothing here depends on submissions
 * or VMs.
 */
@NullMarked
package io.gemel.router.http;

import org.jspecify.annotations.NullMarked;
