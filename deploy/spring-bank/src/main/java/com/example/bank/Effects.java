package com.example.bank;

import io.gemel.vm.DerivedIds;
import io.gemel.vm.Submission;
import io.gemel.vm.servlet.VmSubmission;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * What the bank uses of the submission that it executes: ids derived from its key, and a row that records that it was
 * done, and by whom.
 */
@Component
class Effects {
    private final JdbcTemplate jdbc;
    private final String site;
    private final String vm;

    Effects(JdbcTemplate jdbc, @Value("${gemel.vm.site:}") String site, @Value("${gemel.vm.name:}") String vm) {
        this.jdbc = jdbc;
        this.site = site;
        this.vm = vm;
    }

    /** Who this is. */
    String vm() {
        return vm;
    }

    /** The same one when the submission runs again elsewhere. */
    UUID id(int index) {
        return DerivedIds.uuid(key(), index);
    }

    /** A row of its own each time: had a submission two effects, it would have two rows. */
    void note() {
        jdbc.update("INSERT INTO effect (key, site, vm) VALUES (?, ?, ?)", key(), site, vm);
    }

    private static String key() {
        return VmSubmission.current()
                .map(Submission::key)
                .orElseThrow(() -> RefusedException.now("the bank does nothing without an Idempotency-Key"));
    }
}
