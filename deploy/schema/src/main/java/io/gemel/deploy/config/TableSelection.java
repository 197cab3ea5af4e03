package io.gemel.deploy.config;

import io.gemel.transaction.GemelTable;

/**
 * Which tables a site replicates. Gemel's own schema and PostgreSQL's are never among them, whatever the patterns say.
 *
 * @param included tables to replicate
 * @param excluded exceptions from them
 */
public record TableSelection(TablePatterns included, TablePatterns excluded) {
    public boolean matches(String schema, String table) {
        return !isSystemSchema(schema) && included.matches(schema, table) && !excluded.matches(schema, table);
    }

    private static boolean isSystemSchema(String schema) {
        return schema.equals(GemelTable.SCHEMA) || schema.equals("information_schema") || schema.startsWith("pg_");
    }
}
