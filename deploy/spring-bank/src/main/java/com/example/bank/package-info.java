/**
 * The sample bank with Spring Boot and JPA: what it takes to be a VM is {@code application.properties}, and what it may ask of the submission
 * that it carries out. The fault tests run it in processes of its own and break them.
 */
package com.example.bank;
