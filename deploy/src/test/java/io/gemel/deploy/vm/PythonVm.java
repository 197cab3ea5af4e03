package io.gemel.deploy.vm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The same application by the manual's recipe, in Python without any package. It ends when this process does. */
final class PythonVm implements RunningVm {
    private static final String PYTHON = "python3";

    private final Process process;
    private final int port;

    PythonVm(String name, int databasePort) throws IOException, URISyntaxException {
        Path script = Path.of(PythonVm.class.getResource("vm.py").toURI());
        process = new ProcessBuilder(PYTHON, "-B", script.toString(), name, Integer.toString(databasePort))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        if (line == null) {
            throw new IllegalStateException("vm.py did not start; what it said is above");
        }
        port = Integer.parseInt(line);
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

    @Override
    public int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
