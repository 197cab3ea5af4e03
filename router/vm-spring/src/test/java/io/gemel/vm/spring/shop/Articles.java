package io.gemel.vm.spring.shop;

import org.springframework.data.jpa.repository.JpaRepository;

/** The articles. */
interface Articles extends JpaRepository<Article, Integer> {}
