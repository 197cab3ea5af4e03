package io.gemel.vm.spring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootVersion;

final class VmRequirementsTest {
    @Test
    void a_spring_boot_that_lacks_what_it_is_built_on_is_named() {
        for (String version : new String[] {"2.7.18", "3.1.12", "3.3.13", "4.0.0"}) {
            assertThatThrownBy(() -> VmRequirements.require(version))
                    .hasMessageContainingAll("gemel.vm.name", version, "3.4");
        }
        for (String version :
                new String[] {"3.4.0", "3.5.16", "3.10.1-SNAPSHOT", SpringBootVersion.getVersion(), null}) {
            VmRequirements.require(version);
        }
    }
}
