package io.gemel.deploy.config;

import java.util.EnumSet;
import java.util.Set;

/**
 * Causes of findings, written comma separated by their ids.
 *
 * @param causes each once
 */
record CauseList(Set<Cause> causes) {
    CauseList {
        causes = Set.copyOf(causes);
    }

    static CauseList parse(String text) throws BadValueException {
        Set<Cause> causes = EnumSet.noneOf(Cause.class);
        for (String id : NameList.parse(text).names()) {
            causes.add(Cause.of(id)
                    .orElseThrow(() -> new BadValueException(
                            "names '" + id + "', which gemel check never prints",
                            NearestName.of(id, Cause.ids())
                                    .map(meant -> "did you mean " + meant + "?")
                                    .orElse("write ids as gemel check prints them in brackets"))));
        }
        return new CauseList(causes);
    }
}
