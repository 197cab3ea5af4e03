package io.gemel.router.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of certificates and keys before anybody uses them. */
final class PemTest {
    @TempDir
    static Path folder;

    private static TestKeys ec;
    private static TestKeys rsa;

    @BeforeAll
    static void make() throws Exception {
        ec = TestKeys.make(folder, "EC", "dns:a");
        rsa = TestKeys.make(folder, "RSA", "dns:b");
    }

    @Test
    void finds_nothing_wrong_with_pairs_nor_with_a_chain() {
        assertThat(problems(ec.certificate(), ec.key())).isEmpty();
        assertThat(problems("router of the bank\n" + rsa.certificate() + ec.certificate(), rsa.key()))
                .isEmpty();
    }

    @Test
    void finds_a_key_of_another_certificate_of_the_same_kind_and_of_another_kind() throws Exception {
        TestKeys other = TestKeys.make(folder, "EC", "dns:a");

        for (TestKeys each : new TestKeys[] {other, rsa}) {
            assertThat(problems(ec.certificate(), each.key()))
                    .singleElement()
                    .asString()
                    .startsWith("tls.key does not belong to the first certificate of tls.certificate (CN=test ");
        }
        assertThat(problems(rsa.certificate() + ec.certificate(), ec.key())).hasSize(1);
    }

    @Test
    void finds_what_is_no_pem_at_all() {
        assertThat(problems("certificate", "")).hasSize(2);
        assertThat(problems(ec.key(), ec.certificate()))
                .anyMatch(problem -> problem.startsWith("tls.certificate holds no certificate in PEM form"))
                .anyMatch(problem -> problem.startsWith("tls.key holds no private key in PEM form"));
    }

    @Test
    void says_how_to_convert_a_key_in_another_form() {
        for (String form : new String[] {"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}) {
            String key = ec.key().replace("PRIVATE KEY", form);
            String parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
            for (String text : new String[] {key, parameters + key, ec.certificate() + key}) {
                assertThat(problems(ec.certificate(), text))
                        .containsExactly("tls.key holds a key of the form " + form
                                + ", which is not read: convert it with openssl pkcs8 -topk8 -nocrypt");
            }
        }
    }

    @Test
    void finds_a_certificate_that_was_cut_short() {
        String cut = ec.certificate().replaceFirst("\n[^\n]+\n-----END", "\n-----END");

        assertThat(problems(cut, ec.key()))
                .singleElement()
                .asString()
                .startsWith("tls.certificate holds a certificate that cannot be read (number 1)");
        List<String> problems = new ArrayList<>();
        Pem.checkAuthorities(problems, "tls.authorities", ec.certificate() + cut);
        assertThat(problems)
                .singleElement()
                .asString()
                .startsWith("tls.authorities")
                .contains("(number 2)");
    }

    private static List<String> problems(String certificate, String key) {
        List<String> problems = new ArrayList<>();
        Pem.check(problems, "tls", new RouterTls(certificate, key));
        return problems;
    }
}
