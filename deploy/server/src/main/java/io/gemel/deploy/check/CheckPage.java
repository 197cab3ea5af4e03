package io.gemel.deploy.check;

import io.gemel.deploy.check.Finding.Severity;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Findings as a person reads them: those of one cause at one site together, with their number and their fix, errors first. Pure. */
final class CheckPage {
    private static final int SHOWN_MAX = 3;
    private static final String INDENT = "    ";

    private final List<SiteConfig> sites;
    private final boolean all;

    /** @param all whether every finding has a line of its own, acknowledged ones too */
    CheckPage(List<SiteConfig> sites, boolean all) {
        this.sites = sites;
        this.all = all;
    }

    private record Group(Severity severity, String site, Cause cause) {}

    List<String> lines(List<Finding> findings) {
        List<String> lines = new ArrayList<>();
        if (all) {
            findings.forEach(finding -> lines.add(finding + (finding.acknowledged() ? " (acknowledged)" : "")));
        } else {
            groups(findings).forEach((group, members) -> addGroup(group, members, lines));
        }
        lines.add(verdict(findings));
        return lines;
    }

    private static Map<Group, List<Finding>> groups(List<Finding> findings) {
        Map<Group, List<Finding>> groups = new LinkedHashMap<>();
        findings.stream()
                .filter(finding -> !finding.acknowledged())
                .sorted(Comparator.comparing(Finding::severity)) // a stable sort: as found within a severity
                .forEach(finding -> groups.computeIfAbsent(
                                new Group(finding.severity(), finding.site(), finding.cause()),
                                group -> new ArrayList<>())
                        .add(finding));
        return groups;
    }

    private void addGroup(Group group, List<Finding> members, List<String> lines) {
        String begin = group.severity().word() + " " + group.site() + ": ";
        String id = " [" + group.cause().id() + "]";
        if (members.size() == 1) {
            Finding only = members.get(0);
            lines.add(begin + only.subject() + " " + only.problem() + id);
            lines.add(INDENT + "fix: " + only.fix());
            return;
        }
        lines.add(begin + members.size() + " " + group.cause().title() + id);
        String fix = commonFix(group, members);
        if (!fix.isEmpty()) {
            lines.add(INDENT + "fix: " + fix);
        }
        for (Finding member : members.subList(0, Math.min(SHOWN_MAX, members.size()))) {
            lines.add(INDENT + member.subject() + " " + member.problem()
                    + (fix.isEmpty() ? "; fix: " + member.fix() : ""));
        }
        if (members.size() > SHOWN_MAX) {
            lines.add(INDENT + "and " + (members.size() - SHOWN_MAX) + " more, see gemel check --all");
        }
    }

    /** The fix of the cause, or the one that all have; empty when each has its own. */
    private String commonFix(Group group, List<Finding> members) {
        if (!group.cause().fix().isEmpty()) {
            return group.cause().fix().replace("FILE", file(group.site()));
        }
        String first = members.get(0).fix();
        return members.stream().allMatch(member -> member.fix().equals(first)) ? first : "";
    }

    private String file(String site) {
        return sites.stream()
                .filter(config -> config.site().name().equals(site))
                .map(config -> config.file().toString())
                .findFirst()
                .orElse("FILE");
    }

    private String verdict(List<Finding> findings) {
        long errors = count(findings, Severity.ERROR);
        String names = String.join(
                " and ", sites.stream().map(site -> site.site().name()).toList());
        long acknowledged = findings.stream().filter(Finding::acknowledged).count();
        return (errors == 0 ? "ok: nothing stops replication of " : "not ok: replication would stop or differ at ")
                + names + " (errors " + errors + ", warnings " + count(findings, Severity.WARNING) + ", notes "
                + count(findings, Severity.NOTE) + ", acknowledged " + acknowledged + ")";
    }

    private static long count(List<Finding> findings, Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity && !finding.acknowledged())
                .count();
    }
}
