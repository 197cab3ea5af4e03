package io.gemel.deploy.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces <code>${file:PATH}</code> by the content of a file (one line end at its end is dropped) and <code>${env:NAME}</code> by an
 * environment variable, anywhere in a value. A relative path is taken from the folder of the configuration file. The file of a secret must be its owner's alone.
 */
final class Placeholders {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
    private static final long FILE_BYTES_MAX = 64 * 1024;

    private final Path folder;
    private final Map<String, String> environment;

    Placeholders(Path folder, Map<String, String> environment) {
        this.folder = folder;
        this.environment = environment;
    }

    static boolean hasNone(String value) {
        return !PLACEHOLDER.matcher(value).find();
    }

    /** @param secret whether nobody else may read the files that the value refers to */
    String replaceIn(String value, boolean secret) throws BadValueException {
        Matcher matcher = PLACEHOLDER.matcher(value);
        StringBuilder replaced = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(replaced, Matcher.quoteReplacement(resolve(matcher.group(1), secret)));
        }
        return matcher.appendTail(replaced).toString();
    }

    private String resolve(String reference, boolean secret) throws BadValueException {
        if (reference.startsWith("file:")) {
            return contentOf(reference.substring("file:".length()).strip(), secret);
        }
        if (reference.startsWith("env:")) {
            return variable(reference.substring("env:".length()).strip());
        }
        throw new BadValueException(
                "refers to ${" + reference + "}, which is not known", "write ${file:PATH} or ${env:NAME}");
    }

    private String variable(String name) throws BadValueException {
        String value = environment.get(name);
        if (value == null) {
            throw new BadValueException(
                    "refers to the environment variable " + name + ", which is not set", "export " + name);
        }
        return value;
    }

    private String contentOf(String name, boolean secret) throws BadValueException {
        Path file = folder.resolve(name);
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new BadValueException(
                        "refers to " + file + ", which is larger than " + FILE_BYTES_MAX + " bytes",
                        "put only the value into that file");
            }
            if (secret) {
                SecretFile.require(file);
            }
            return SecretFile.read(file);
        } catch (IOException e) {
            throw new BadValueException(
                    "refers to " + file + ", which cannot be read",
                    "create the file, UTF-8, readable by the user that runs gemel");
        }
    }
}
