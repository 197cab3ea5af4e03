package io.gemel.deploy.repair;

/** Whose row is kept at both sites. */
enum Take {
    here,
    peer
}
