/**
 * The figures of reports. One table per kind of report names every figure in each output: JSON, Prometheus metrics, attributes in JMX, and a
 * table for people. Pure.
 */
@NullMarked
package io.gemel.figure;

import org.jspecify.annotations.NullMarked;
