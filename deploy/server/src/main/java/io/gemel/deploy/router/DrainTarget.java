package io.gemel.deploy.router;

import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.router.api.RouterPart;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** What an order to a router is about, as commands take it. */
final class DrainTarget {
    @Parameters(index = "0", paramLabel = "FILE", description = "The router's properties file.")
    private Path file = Path.of("router.properties");

    @Parameters(index = "1", paramLabel = "KIND", description = "One of: vm, host, site.")
    private RouterPart.Kind kind = RouterPart.Kind.VM;

    @Parameters(index = "2", paramLabel = "NAME", description = "Its name in the properties file.")
    private String name = "";

    RouterAdmin router() throws Exception {
        return new RouterAdmin(RouterConfigFile.read(file), file);
    }

    RouterPart part() {
        return new RouterPart(kind, name);
    }
}
