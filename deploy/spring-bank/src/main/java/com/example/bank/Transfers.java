package com.example.bank;

import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

/** The transfers. */
interface Transfers extends JpaRepository<Transfer, UUID> {}
