package io.gemel.deploy.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Both sites hold the same rows of every table, byte by byte. */
final class Convergence implements Checker {
    @Override
    public List<String> violations(Facts facts) {
        List<String> violations = new ArrayList<>();
        facts.east().digests().forEach((table, east) -> {
            Map<String, String> west = facts.west().digests().getOrDefault(table, Map.of());
            TreeSet<String> keys = new TreeSet<>(east.keySet());
            keys.addAll(west.keySet());
            for (String key : keys) {
                if (!Objects.equals(east.get(key), west.get(key))) {
                    violations.add(table + " " + key + " is " + east.getOrDefault(key, "absent") + " at east, "
                            + west.getOrDefault(key, "absent") + " at west");
                }
            }
        });
        return violations;
    }
}
