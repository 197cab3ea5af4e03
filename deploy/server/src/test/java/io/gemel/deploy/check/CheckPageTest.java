package io.gemel.deploy.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.Gemel;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SecretFile;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CheckPageTest {
    @TempDir
    Path folder;

    private final List<Finding> found = new ArrayList<>();
    private List<SiteConfig> sites = List.of();

    @BeforeEach
    void readSite() throws Exception {
        Path file = folder.resolve("east.properties");
        SecretFile.write(
                file,
                "site=east\npeer=west\ndatabase.url=jdbc:postgresql://h/d\ndatabase.user=u\nkafka.bootstrap.servers=h:1\n");
        sites = List.of(SiteConfigFile.read(file));
    }

    private Findings findings(Cause cause, Cause... acknowledged) {
        return new Findings(
                "east",
                cause,
                EnumSet.copyOf(acknowledged.length == 0 ? Set.of(Cause.PAIR) : Set.of(acknowledged)),
                found);
    }

    @Test
    void tells_many_findings_of_one_cause_in_one_group_with_one_fix() {
        Findings missing = findings(Cause.NOT_PREPARED);
        IntStream.range(0, 188).forEach(i -> missing.error("public.t" + i, "logs no full row images", "ALTER " + i));

        assertThat(new CheckPage(sites, false).lines(found))
                .containsExactly(
                        "error east: 188 things are not set up [not-prepared]",
                        "    fix: gemel prepare " + sites.get(0).file(),
                        "    public.t0 logs no full row images",
                        "    public.t1 logs no full row images",
                        "    public.t2 logs no full row images",
                        "    and 185 more, see gemel check --all",
                        "not ok: replication would stop or differ at east (errors 188, warnings 0, notes 0, acknowledged 0)");
        assertThat(new CheckPage(sites, true).lines(found))
                .hasSize(189)
                .contains("error east public.t187 logs no full row images: ALTER 187 [not-prepared]");
    }

    @Test
    void its_command_refuses_one_sites_file_twice_and_more_than_two() {
        String file = sites.get(0).file().toString();
        String sameFile = folder.resolve(".").resolve("east.properties").toString();
        StringWriter err = new StringWriter();
        CommandLine gemel = Gemel.commandLine().setErr(new PrintWriter(err, true));

        assertThat(gemel.execute("check", file, sameFile)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("was given twice");
        assertThat(gemel.execute("check", file, "west.properties", file)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("3 files were given");
    }

    @Test
    void tells_errors_first_and_each_fix_where_they_differ() {
        findings(Cause.CLOCK).warning("clock", "differs by 2000 ms", "run a time service");
        findings(Cause.SERVER).error("wal_level", "is replica", "raise it");
        findings(Cause.SERVER).error("max_wal_senders", "leaves none free", "raise that");

        assertThat(new CheckPage(sites, false).lines(found))
                .startsWith(
                        "error east: 2 settings of the server stop replication [server]",
                        "    wal_level is replica; fix: raise it",
                        "    max_wal_senders leaves none free; fix: raise that",
                        "warning east: clock differs by 2000 ms [clock]",
                        "    fix: run a time service");
    }

    @Test
    void is_silent_about_warnings_that_are_acknowledged_but_never_about_errors() {
        findings(Cause.CLOCK, Cause.CLOCK).warning("clock", "differs", "run a time service");
        findings(Cause.SERVER, Cause.SERVER).error("wal_level", "is replica", "raise it");

        assertThat(new CheckPage(sites, false).lines(found))
                .noneMatch(line -> line.contains("clock"))
                .contains("error east: wal_level is replica [server]")
                .endsWith(
                        "not ok: replication would stop or differ at east (errors 1, warnings 0, notes 0, acknowledged 1)");
        assertThat(new CheckPage(sites, true).lines(found))
                .contains("warning east clock differs: run a time service [clock] (acknowledged)");
    }
}
