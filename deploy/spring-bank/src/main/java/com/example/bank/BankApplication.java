package com.example.bank;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A bank: money is transferred and articles are bought. What makes it a VM is in its configuration. */
@SpringBootApplication(proxyBeanMethods = false)
public class BankApplication {
    /** Runs one instance until it is terminated. */
    public static void main(String[] arguments) {
        SpringApplication.run(BankApplication.class, arguments);
    }
}
