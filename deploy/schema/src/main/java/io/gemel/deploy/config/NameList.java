package io.gemel.deploy.config;

import java.util.Arrays;
import java.util.List;

/**
 * Names, written comma separated.
 *
 * @param names each name once, as it was written but for blanks around it
 */
record NameList(List<String> names) {
    NameList {
        names = List.copyOf(names);
    }

    static NameList parse(String text) {
        return new NameList(Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList());
    }
}
