package io.gemel.transaction;

/**
 * What the table {@link GemelTable#PUBLISHED} knows a publication by, as SQL: the site records it, and capture compares it with what there is
 * now.
 */
public final class PublicationIdentity {
    /** Of the database that the connection leads to. A copy of the whole cluster keeps it. */
    public static final String DATABASE = "(SELECT system_identifier FROM pg_control_system())::text || '/'"
            + " || (SELECT oid FROM pg_database WHERE datname = current_database())";

    /** Of the row {@code p} of {@code pg_publication}, which gets a new transaction id when its options are set. */
    public static final String PUBLICATION = "p.oid::text || '/' || p.xmin::text";

    /** Of the row {@code r} of {@code pg_publication_rel}, which gets a new oid when its table is put back. */
    public static final String MEMBER = "r.oid::text";

    /** Whether {@code own} of {@code pg_class} is one of Gemel's own tables. */
    public static final String OWN = "own.relnamespace = '" + GemelTable.SCHEMA + "'::regnamespace";

    /** Whether a site process has run in the database. */
    public static final String HAS_RUN = "EXISTS (SELECT FROM " + GemelTable.HEARTBEAT + " WHERE beat > 0)";

    private PublicationIdentity() {}
}
