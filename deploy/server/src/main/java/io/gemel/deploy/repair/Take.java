package io.gemel.deploy.repair;

/** Whose row it is to be at both sites. */
enum Take {
    here,
    peer
}
