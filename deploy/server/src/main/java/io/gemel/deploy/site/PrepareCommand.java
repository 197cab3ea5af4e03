package io.gemel.deploy.site;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SecretFile;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import io.gemel.deploy.prepare.Administrator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gemel prepare}: sets up a site's database and log. */
@Command(
        name = "prepare",
        description = {
            "Sets up a site: its role's privileges, the schema gemel, publication, full row images, replication slot"
                    + " and origin, and its log's Kafka topic.",
            "Does only what is missing, and can be repeated at any time, also to add tables."
        })
public final class PrepareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The site's properties file.")
    private Path file = Path.of("site.properties");

    @Option(names = "--dry-run", description = "Print the SQL that would be run, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--admin-user",
            paramLabel = "NAME",
            description = "A superuser, or the owner of the tables, for what the site's own role may not do.")
    private Optional<String> administrator = Optional.empty();

    @Option(
            names = "--admin-password-file",
            paramLabel = "FILE",
            description = "A file that holds only the password of --admin-user.")
    private Optional<Path> passwordFile = Optional.empty();

    @Override
    public Integer call() throws Exception {
        SiteConfig config = SiteConfigFile.read(file);
        PrintWriter out = spec.commandLine().getOut();
        return dryRun ? Prepare.dryRun(config, administrator(), out) : Prepare.run(config, administrator(), out);
    }

    private Optional<Administrator> administrator() throws CommandException {
        if (administrator.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Administrator(administrator.get(), password()));
    }

    private Secret password() throws CommandException {
        if (passwordFile.isEmpty()) {
            return new Secret("");
        }
        try {
            if (!SecretFile.isPrivate(passwordFile.get())) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "--admin-password-file " + passwordFile.get()
                                + " may be read or written by others than its owner",
                        "chmod 600 " + passwordFile.get(),
                        null);
            }
            return new Secret(SecretFile.read(passwordFile.get()));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--admin-password-file " + passwordFile.get() + " cannot be read",
                    "name a readable file that holds the password",
                    e);
        }
    }
}
