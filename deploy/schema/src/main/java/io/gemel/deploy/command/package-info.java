/**
 * What every command of {@code gemel} has in common: its exit codes, and the failure that ends a command.
 */
@NullMarked
package io.gemel.deploy.command;

import org.jspecify.annotations.NullMarked;
