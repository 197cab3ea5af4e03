package io.gemel.deploy.config;

import java.nio.file.Path;

/**
 * One thing wrong with a configuration file.
 *
 * @param file the file it was found in
 * @param line the line the setting begins on, from 1; 0 when it concerns the file as a whole
 * @param problem what is wrong, naming the key
 * @param fix what to do about it
 */
public record ConfigProblem(Path file, int line, String problem, String fix) {
    @Override
    public String toString() {
        String place = line == 0 ? file.toString() : file + ":" + line;
        return place + ": " + problem + ": " + fix;
    }
}
