package io.gemel.vm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The same application by the manual's recipe, in Node with the driver that most of its users have. */
final class NodeVm {
    private static final List<String> FILES = List.of("package.json", "package-lock.json", "vm.js");
    private static final long INSTALL_LIMIT_MINUTES = 3;

    private NodeVm() {}

    /** @param folder where {@link #install} has installed it */
    static RunningVm start(Path folder, String name, int databasePort) throws IOException {
        ProcessBuilder command = new ProcessBuilder("node", "vm.js", name, Integer.toString(databasePort));
        return new ScriptVm("vm.js", command.directory(folder.toFile()));
    }

    /**
     * Installs it with what its lock file names.
     *
     * @return what is missing on this machine; empty when nothing is
     */
    static String install(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        for (String file : FILES) {
            try (InputStream in = NodeVm.class.getResourceAsStream("node/" + file)) {
                Files.copy(in, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Path said = folder.resolve("npm.log");
        try {
            Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            if (!npm.waitFor(INSTALL_LIMIT_MINUTES, TimeUnit.MINUTES)) {
                npm.destroyForcibly();
                return "the driver, which npm does not get within " + INSTALL_LIMIT_MINUTES + " minutes";
            }
            return npm.exitValue() == 0 ? "" : "the driver, which npm cannot get: " + Files.readString(said);
        } catch (IOException notThere) {
            return "node and npm: " + notThere.getMessage();
        }
    }
}
