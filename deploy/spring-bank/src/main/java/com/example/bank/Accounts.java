package com.example.bank;

import org.springframework.data.jpa.repository.JpaRepository;

/** The accounts. */
interface Accounts extends JpaRepository<Account, Integer> {}
