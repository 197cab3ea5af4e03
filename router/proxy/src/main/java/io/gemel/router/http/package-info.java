/**
 * HTTP/1.1, HTTP/2 and TLS, more strictly than Vert.x reads them, and clients for what others serve. Nothing here knows what a submission or a VM
 * is.
 */
@NullMarked
package io.gemel.router.http;

import org.jspecify.annotations.NullMarked;
