package io.gemel.vm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** An application by the manual's recipe, in a language of its own. It prints its port first, and ends when this process does. */
final class ScriptVm implements RunningVm {
    private final Process process;
    private final int port;

    /** @param script what it is called when it does not start */
    ScriptVm(String script, ProcessBuilder command) throws IOException {
        process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        if (line == null) {
            throw new IllegalStateException(script + " did not start; what it said is above");
        }
        port = Integer.parseInt(line);
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
