package io.gemel.deploy.prepare;

import io.gemel.deploy.config.Secret;

/**
 * Someone who may grant, for the statements that the site's own role may not run.
 *
 * @param user a superuser, or a role that owns the replicated tables and may grant what is needed
 * @param password that role's password
 */
public record Administrator(String user, Secret password) {}
