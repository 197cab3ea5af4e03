package io.gemel.deploy.config;

/**
 * Text that must not appear in output, such as a password. Printing a secret, or a record that holds one, shows asterisks.
 *
 * @param text the secret itself, for handing to a server
 */
public record Secret(String text) {
    @Override
    public String toString() {
        return "******";
    }
}
