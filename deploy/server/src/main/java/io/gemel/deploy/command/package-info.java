/**
 * What every command of {@code gemel} has in common: its exit codes, and how a failure that ends a command is said in one line.
 */
@NullMarked
package io.gemel.deploy.command;

import org.jspecify.annotations.NullMarked;
