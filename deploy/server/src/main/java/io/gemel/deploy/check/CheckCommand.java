package io.gemel.deploy.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel check}: everything that would stop or endanger replication. */
@Command(
        name = "check",
        description = {
            "Finds everything that would stop or endanger replication, grouped by cause, each with its fix.",
            "Given both sites' files it also compares schemas, keys, constraints, sequences and collations.",
            "Warnings and notes do not change the exit code; check.acknowledged in a site's file silences them by the id in brackets."
        })
public final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", arity = "1..2", description = "The properties file of one site, or of both.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    @Option(names = "--all", description = "Print a line for every finding, acknowledged ones too.")
    private boolean all;

    @Override
    public Integer call() throws Exception {
        refuseRepeatedFiles();
        List<SiteConfig> sites = SiteConfigFile.readAll(files);
        Check.Result result = Check.run(sites, Clock.systemUTC());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            printJson(result, out);
        } else {
            new CheckPage(sites, all).lines(result.findings()).forEach(out::println);
        }
        return result.exitCode();
    }

    private void refuseRepeatedFiles() throws IOException {
        if (files.size() > 2) {
            throw new ParameterException(
                    spec.commandLine(), files.size() + " files were given: name one site's file, or both sites'");
        }
        if (files.size() == 2
                && Files.exists(files.get(0))
                && Files.exists(files.get(1))
                && Files.isSameFile(files.get(0), files.get(1))) {
            throw new ParameterException(
                    spec.commandLine(), files.get(0) + " was given twice: name one site's file, or both sites'");
        }
    }

    private static void printJson(Check.Result result, PrintWriter out) throws JsonProcessingException {
        out.println(
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(result));
    }
}
