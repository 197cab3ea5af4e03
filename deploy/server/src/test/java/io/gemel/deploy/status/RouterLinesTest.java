package io.gemel.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterLinesTest {
    private static final String CRM = """
        {"name": "crm", "ready": false, "reason": "no VM takes requests", "inFlight": 7, "waiting": 7,
         "sites": [{"site": "east", "usable": 0}]}""";

    private static final String SHOP = """
        {"name": "shop", "ready": true, "reason": "", "inFlight": 1200, "waiting": 0,
         "sites": [{"site": "east", "usable": 1}, {"site": "west", "usable": 2}]}""";

    private static List<String> lines(String groups) throws Exception {
        return RouterLines.of(new ObjectMapper().readTree("""
            {"router": "r", "site": "east", "ready": true, "sites": [], "groups": [%s],
             "vms": [{"name": "e1", "site": "east", "host": "h", "group": "shop", "state": "dead", "reason": "gone"}]}
            """.formatted(groups)));
    }

    @Test
    void shows_each_of_several_groups_and_whose_each_vm_is() throws Exception {
        assertThat(lines(CRM + "," + SHOP))
                .anySatisfy(line -> assertThat(line).matches(" +crm +not ready +7 +7 +no VM takes requests"))
                .anySatisfy(line ->
                        assertThat(line).matches(" +shop +ready +1,200 +0 +VMs that take requests: east 1, west 2"))
                .anySatisfy(line -> assertThat(line).matches(" +e1 +east +h +dead .* shop  gone"));
    }

    @Test
    void says_nothing_of_groups_when_there_is_one() throws Exception {
        assertThat(lines(SHOP)).noneMatch(line -> line.contains("shop")).anyMatch(line -> line.endsWith(" gone"));
    }

    @Test
    void shows_what_operators_are_used_to() throws Exception {
        assertThat(String.join("\n", RouterLines.of(new ObjectMapper().readTree(Faces.expected("router.json")))) + "\n")
                .isEqualTo(Faces.expected("router.txt"));
    }
}
