package io.gemel.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Tells the version that the build wrote into the jar. */
final class Version implements IVersionProvider {
    private static final String RESOURCE = "version.properties";

    @Override
    public String[] getVersion() throws IOException {
        Properties version = new Properties();
        try (InputStream resource = Version.class.getResourceAsStream(RESOURCE)) {
            version.load(resource);
        }
        return new String[] {"gemel " + version.getProperty("version")};
    }
}
