package io.gemel.deploy.spring;

import org.springframework.data.jpa.repository.JpaRepository;

/** The articles. */
interface Articles extends JpaRepository<Article, Integer> {}
