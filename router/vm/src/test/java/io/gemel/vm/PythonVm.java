package io.gemel.vm;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** The same application by the manual's recipe, in Python without any package. */
final class PythonVm {
    private static final String PYTHON = "python3";

    private PythonVm() {}

    static RunningVm start(String name, int databasePort) throws IOException, URISyntaxException {
        Path script = Path.of(PythonVm.class.getResource("vm.py").toURI());
        return new ScriptVm(
                "vm.py", new ProcessBuilder(PYTHON, "-B", script.toString(), name, Integer.toString(databasePort)));
    }

    /** Whether this machine has the interpreter. */
    static boolean isPossible() {
        try {
            return new ProcessBuilder(PYTHON, "--version")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
