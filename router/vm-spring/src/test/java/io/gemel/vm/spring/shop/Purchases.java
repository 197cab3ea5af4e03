package io.gemel.vm.spring.shop;

import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

/** The purchases. */
interface Purchases extends JpaRepository<Purchase, UUID> {}
