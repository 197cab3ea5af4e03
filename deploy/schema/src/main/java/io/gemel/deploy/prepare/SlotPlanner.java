package io.gemel.deploy.prepare;

import io.gemel.deploy.database.Slot;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The replication slot that capture reads. It comes last: a slot that is older than its publication cannot be read, and changes logged
 * before the tables had full images must not be in it.
 */
final class SlotPlanner implements Planner {
    private static final int FAILOVER_SLOTS_SINCE = 170000;

    @Override
    public void plan(Connection connection, Target target, Plan plan) throws SQLException {
        String name = target.config().slot();
        Optional<Slot> found = Slot.find(connection, name);
        if (found.isPresent()) {
            planFound(connection, name, found.get(), plan);
            return;
        }
        String failover = target.serverVersion() >= FAILOVER_SLOTS_SINCE ? ", failover => true" : "";
        plan.add(Step.siteRole(
                "slot " + name,
                "does not exist",
                "SELECT pg_create_logical_replication_slot('" + name + "', 'pgoutput'" + failover + ")"));
    }

    private static void planFound(Connection connection, String name, Slot slot, Plan plan) throws SQLException {
        String subject = "slot " + name;
        String recreate = "SELECT pg_drop_replication_slot('" + name + "'), then run gemel prepare again";
        if (!slot.plugin().equals("pgoutput")) {
            plan.blocker(subject, "is not one of pgoutput", recreate);
        } else if (!slot.database().equals(Sql.text(connection, "SELECT current_database()"))) {
            plan.blocker(
                    subject,
                    "belongs to the database " + slot.database(),
                    "correct database.url; two sites on one server need different names, for a slot is named after its site");
        } else if (!slot.invalidated().isEmpty()) {
            plan.blocker(
                    subject,
                    "was invalidated by the server (" + slot.invalidated() + "), so changes are missing from the log",
                    "start the pair anew (docs/operate.md)");
        }
    }
}
