package io.gemel.deploy.spring;

import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

/** The purchases. */
interface Purchases extends JpaRepository<Purchase, UUID> {}
