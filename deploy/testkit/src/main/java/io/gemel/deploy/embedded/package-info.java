/**
 * Servers that this JVM starts and ends by itself, for the demo and for tests: PostgreSQL 15 to 18 from prebuilt binaries, a
 * Kafka broker, Java processes of the same classpath, and a TCP proxy that plays a failing network; keys for TLS besides.
 * Everything listens on the loopback address only and keeps its files in a directory that the caller names. Whatever is
 * still running when the JVM exits is killed by a shutdown hook. Linux only. With the system property
 * {@code gemel.test.servers=containers} PostgreSQL and Kafka run in containers instead, and everything else stays the same.
 */
@NullMarked
package io.gemel.deploy.embedded;

import org.jspecify.annotations.NullMarked;
