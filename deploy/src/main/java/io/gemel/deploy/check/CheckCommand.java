package io.gemel.deploy.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel check}: one line for everything that would stop or endanger replication. */
@Command(
        name = "check",
        description = {
            "Finds everything that would stop or endanger replication, one line each with its mend.",
            "Given both sites' files it also compares schemas, keys, sequences and collations.",
            "Warnings do not change the exit code."
        })
public final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", arity = "1..2", description = "The properties file of one site, or of both.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        List<SiteConfig> sites = SiteConfigFile.readAll(files);
        Check.Result result = Check.run(sites, Clock.systemUTC());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            printJson(result, out);
        } else {
            printLines(sites, result, out);
        }
        return result.exitCode();
    }

    private static void printLines(List<SiteConfig> sites, Check.Result result, PrintWriter out) {
        result.findings().forEach(out::println);
        long errors = count(result, Finding.Severity.ERROR);
        long warnings = count(result, Finding.Severity.WARNING);
        String names = String.join(
                " and ", sites.stream().map(site -> site.site().name()).toList());
        String verdict =
                errors == 0 ? "ok: nothing stops replication of " : "not ok: replication would stop or differ at ";
        out.println(verdict + names + " (errors " + errors + ", warnings " + warnings + ")");
    }

    private static long count(Check.Result result, Finding.Severity severity) {
        return result.findings().stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }

    private static void printJson(Check.Result result, PrintWriter out) throws JsonProcessingException {
        out.println(
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(result));
    }
}
