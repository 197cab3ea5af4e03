package io.gemel.deploy.site;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.log.LogTopic;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.prepare.SitePreparation;
import io.gemel.deploy.verdict.Blocker;
import java.io.PrintWriter;
import java.util.Optional;

/** Prepares a site unless its log belongs to another database, or cannot be continued: such a database is not touched. */
public final class Prepare {
    private Prepare() {}

    /**
     * Prepares a site.
     *
     * @param administrator who runs what the site's own role may not; without one the site's role tries
     * @param out gets each statement that was run, and what is left to do
     * @return {@link ExitCode#DONE} when the site is ready, {@link ExitCode#FINDING} when something is left to do
     * @throws CommandException when a server cannot be reached or a statement fails for another reason than missing rights
     */
    public static int run(SiteConfig config, Optional<Administrator> administrator, PrintWriter out)
            throws CommandException {
        LogExamination.Preparing log = examineLog(config, administrator);
        return log.refusal().isPresent()
                ? refuse(config, log.refusal().get(), out)
                : new SitePreparation(config, administrator, out).run(log.sealed());
    }

    /**
     * Prints what {@link #run} would do, and changes nothing.
     *
     * @throws CommandException when a server cannot be reached
     */
    public static int dryRun(SiteConfig config, Optional<Administrator> administrator, PrintWriter out)
            throws CommandException {
        LogExamination.Preparing log = examineLog(config, administrator);
        return log.refusal().isPresent()
                ? refuse(config, log.refusal().get(), out)
                : new SitePreparation(config, administrator, out).show();
    }

    private static int refuse(SiteConfig config, String why, PrintWriter out) {
        out.println(
                new Blocker(Cause.LOG_OWNER, "log " + config.logTopic(), "cannot be continued by this database", why));
        return ExitCode.FINDING;
    }

    private static LogExamination.Preparing examineLog(SiteConfig config, Optional<Administrator> administrator)
            throws CommandException {
        try (LogTopic topic = new LogTopic(config.kafka(), config.logTopic())) {
            if (topic.describe().isEmpty()) {
                return new LogExamination.Preparing(Optional.empty(), false);
            }
        }
        return administrator.isPresent()
                ? LogExamination.ofPreparing(
                        config, administrator.get().user(), administrator.get().password())
                : LogExamination.ofPreparing(
                        config, config.database().user(), config.database().password());
    }
}
