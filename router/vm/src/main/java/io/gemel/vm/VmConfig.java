package io.gemel.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Configuration of a VM, validated as a whole.
 *
 * @param name the VM's name, as the router's file gives it: one for each running process
 * @param site the site whose database it uses
 * @param host the machine it runs on: VMs of one host are suspected together
 * @param submissions prefixes of the paths whose requests that change something are all executed by {@link Vm#submit},
 *     of whole segments: {@code /transfers} covers {@code /transfers/7} and not {@code /transfersx}. Routers resubmit
 *     only those when a VM dies; empty leaves it to the router's {@code route.<prefix>.submission}
 * @param dataSource a pool of connections to the site's database; {@link Vm#sessionProperties} are its connections'
 *     properties
 */
public record VmConfig(
        String name, String site, String host, List<String> submissions, DataSource dataSource, VmLimits limits) {
    /** Most characters of each name: the database cuts the tag of a session off at 63. */
    public static final int NAME_MAX = 40;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

    /** @throws IllegalArgumentException naming everything that is wrong */
    public VmConfig {
        List<String> problems = new ArrayList<>();
        check("name", name, problems);
        check("site", site, problems);
        check("host", host, problems);
        submissions = List.copyOf(submissions);
        for (String prefix : submissions) {
            if (!prefix.startsWith("/")) {
                problems.add("submissions has '" + prefix + "', which does not begin with /");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** With {@link VmLimits#DEFAULT}. */
    public VmConfig(String name, String site, String host, List<String> submissions, DataSource dataSource) {
        this(name, site, host, submissions, dataSource, VmLimits.DEFAULT);
    }

    static void requireName(String name) {
        List<String> problems = new ArrayList<>();
        check("name", name, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.get(0));
        }
    }

    private static void check(String what, String value, List<String> problems) {
        if (value.length() > NAME_MAX || !NAME.matcher(value).matches()) {
            problems.add(
                    what + " '" + value + "' must start with a letter or a digit, hold only letters, digits, '_', '.'"
                            + " and '-', and have at most " + NAME_MAX + " characters");
        }
    }

    @Override
    public String toString() {
        return "VmConfig[" + name + " at " + site + " on " + host + "]";
    }
}
