package io.gemel.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteConfigFileTest {
    private static final String SMALLEST = """
            site=east
            peer=west
            database.url=jdbc:postgresql://db:5432/bank
            database.user=gemel
            kafka.bootstrap.servers=k1:9092,k2:9092
            """;

    @TempDir
    Path folder;

    @Test
    void reads_the_smallest_file_with_every_default() throws Exception {
        SiteConfig config = read(SMALLEST);

        assertThat(config.site()).hasToString("east");
        assertThat(config.peer()).hasToString("west");
        assertThat(config.logTopic()).isEqualTo("gemel.east");
        assertThat(config.peerLogTopic()).isEqualTo("gemel.west");
        assertThat(config.slot()).isEqualTo("gemel_east");
        assertThat(config.replicationOrigin()).isEqualTo("gemel_west");
        assertThat(config.database().password().text()).isEmpty();
        assertThat(config.tables().matches("public", "account")).isTrue();
        assertThat(config.tables().matches("gemel", "applied")).isFalse();
        assertThat(config.statusListen()).hasToString("127.0.0.1:7070");
        assertThat(config.log().replicationFactor()).isEqualTo((short) -1);
        assertThat(config.log().retention()).isEqualTo(Duration.ofDays(7));
        assertThat(config.limits().heartbeatInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(config.limits().transactionPartBytesMax()).isEqualTo(512 * 1024);
        assertThat(config.limits().windowKeysMax()).isEqualTo(4_000_000);
        assertThat(config.peerKafka()).isEqualTo(config.kafka());
        assertThat(config.literalSecrets()).isEmpty();
    }

    @Test
    void takes_every_documented_key() throws Exception {
        for (Key<?> key : SiteKeys.ALL) {
            String text = key.defaultText();
            if (text != null && !text.isEmpty()) {
                assertThat(read(SMALLEST + key.name() + "=" + text + "\n").limits())
                        .as(key.name())
                        .isEqualTo(read(SMALLEST).limits());
            }
        }
    }

    @Test
    void reports_every_problem_together_with_line_and_fix() {
        ConfigException refused = refuse("""
                # a comment
                site=East
                databse.url=jdbc:postgresql://db/bank

                heartbeat.interval=soon
                kafka.bootstrap.servers=k1
                apply.group.rows.max=0
                apply.group.rows.max=7
                window.image.bytes.max = 1TB
                conflict.policy=last-writer-win
                status.listen=127.0.0.1:99999
                tables=account
                """);

        assertThat(refused.problems().stream().map(problem -> problem.line() + " " + problem.problem()))
                .containsExactly(
                        "0 the key peer is missing",
                        "0 the key database.url is missing",
                        "0 the key database.user is missing",
                        "2 site is 'East', which cannot name a site",
                        "3 unknown key databse.url",
                        "5 heartbeat.interval is 'soon'",
                        "6 kafka.bootstrap.servers is 'k1', which is not an address",
                        "7 apply.group.rows.max is '0'",
                        "8 apply.group.rows.max is already set in line 7",
                        "9 window.image.bytes.max is '1TB'",
                        "10 conflict.policy names the unknown policy 'last-writer-win'",
                        "11 status.listen is '127.0.0.1:99999', which is not an address",
                        "12 tables has the table pattern 'account', which is not schema.table");
        assertThat(refused).hasMessageContaining(":3: unknown key databse.url: did you mean database.url?");
        assertThat(refused).hasMessageContaining("did you mean last-writer-wins?");
        assertThat(refused).hasMessageContaining("write a duration from 10ms to 1m");
        assertThat(refused).hasMessageContaining("write a size from 1MiB to 64GiB");
    }

    @Test
    void takes_secrets_from_files_and_the_environment() throws Exception {
        SecretFile.write(folder.resolve("pw"), "s3cret\n");

        SiteConfig config = read(
                SMALLEST + "database.password=${file:pw}\nkafka.sasl.jaas.config=login password=\"${env:KPW}\";\n",
                Map.of("KPW", "k$1"));

        assertThat(config.database().password().text()).isEqualTo("s3cret");
        assertThat(config.kafka().client()).containsEntry("sasl.jaas.config", "login password=\"k$1\";");
        assertThat(config.literalSecrets()).isEmpty();
        assertThat(config.toString()).doesNotContain("s3cret").doesNotContain("k$1");
    }

    @Test
    void refuses_the_file_of_a_secret_that_others_may_read() throws Exception {
        Path secret = Files.writeString(folder.resolve("open"), "s3cret\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(refuse(SMALLEST + "database.password=${file:open}\n")).hasMessageContaining("chmod 600 " + secret);

        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw--w----"));
        assertThat(refuse(SMALLEST + "router.token=${file:open}\n")).hasMessageContaining("chmod 600 " + secret);
        assertThat(read(SMALLEST + "log.topic.prefix=${file:open}\n").log().topicPrefix())
                .isEqualTo("s3cret");

        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        assertThat(read(SMALLEST + "database.password=${file:open}\n")
                        .database()
                        .password()
                        .text())
                .isEqualTo("s3cret");
    }

    @Test
    void knows_the_causes_that_may_be_acknowledged() throws Exception {
        assertThat(read(SMALLEST + "check.acknowledged=oid-columns, log-durability\n")
                        .acknowledged())
                .containsExactlyInAnyOrder(Cause.OID_COLUMNS, Cause.LOG_DURABILITY);

        assertThat(refuse(SMALLEST + "check.acknowledged=oid-column\n"))
                .hasMessageContaining("check.acknowledged names 'oid-column'")
                .hasMessageContaining("did you mean oid-columns?");
    }

    @Test
    void remembers_which_secrets_are_written_out() throws Exception {
        SiteConfig config = read(SMALLEST + "database.password=s3cret\nkafka.ssl.key.password=x\n");

        assertThat(config.literalSecrets()).containsExactly("database.password", "kafka.ssl.key.password");
    }

    @Test
    void names_what_a_placeholder_cannot_find() {
        ConfigException refused = refuse(SMALLEST
                + "database.password=${file:nowhere}\nlog.topic.prefix=${env:NOT_SET}\ntables.exclude=${vault:x}\n");

        assertThat(refused.problems().stream().map(ConfigProblem::problem))
                .containsExactly(
                        "database.password refers to " + folder.resolve("nowhere") + ", which cannot be read",
                        "log.topic.prefix refers to the environment variable NOT_SET, which is not set",
                        "tables.exclude refers to ${vault:x}, which is not known");
    }

    @Test
    void passes_any_kafka_setting_and_lets_the_peer_inherit() throws Exception {
        SiteConfig config = read(SMALLEST
                + "kafka.security.protocol=SSL\npeer.kafka.bootstrap.servers=far:9092\npeer.kafka.client.id=x\n");

        assertThat(config.kafka().client())
                .containsOnly(Map.entry("bootstrap.servers", "k1:9092,k2:9092"), Map.entry("security.protocol", "SSL"));
        assertThat(config.peerKafka().client())
                .containsOnly(
                        Map.entry("bootstrap.servers", "far:9092"),
                        Map.entry("security.protocol", "SSL"),
                        Map.entry("client.id", "x"));
    }

    @Test
    void reads_a_policy_for_each_table_the_first_rule_that_names_it_first() throws Exception {
        SiteConfig config = read(SMALLEST
                + "conflict.policy=column-merge\n"
                + "conflict.policy.public.account=last-writer-wins, delta(balance, fee)\n"
                + "conflict.policy.public.price=site-priority(east)\n"
                + "conflict.policy.public.p*=greatest( version )\n"
                + "conflict.policy.public.\"My\\ Table\"=delta(n),least(at)\n");

        assertThat(config.policyFor("public", "account").name()).isEqualTo("last-writer-wins, delta(balance, fee)");
        assertThat(config.policyFor("public", "price").name()).isEqualTo("site-priority(east)");
        assertThat(config.policyFor("public", "part").name()).isEqualTo("greatest(version)");
        assertThat(config.policyFor("public", "My Table").name()).isEqualTo("least(at), delta(n)");
        assertThat(config.policyFor("public", "other").name()).isEqualTo("column-merge");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "site-priority(north) | prefers the site north, which is neither this one nor its peer",
                "site-priority | has wrong arguments for site-priority",
                "last-writer-wins(x) | has wrong arguments for last-writer-wins",
                "delta() | has wrong arguments for delta",
                "greatest(a, b) | has wrong arguments for greatest",
                "column-merge, least(a) | names two policies, column-merge and least",
                "column-marge | names the unknown policy 'column-marge'",
                "'park, delta(n)' | adds up columns that park leaves to a person",
                "'greatest(n), delta(n)' | both compares and adds up column n",
                "custom(absent) | names the conflict resolver 'absent', which is not on the class path; there are second-stands",
                "unique(drop) | has the unknown choice unique(drop)",
                "delta(a | cannot be read: 'delta(a'",
                "column-merge, | cannot be read: 'column-merge,'"
            })
    void refuses_a_policy_that_means_nothing(String text, String problem) {
        ConfigException refused = refuse(SMALLEST + "conflict.policy.public.price=" + text + "\n");

        assertThat(refused.problems())
                .singleElement()
                .satisfies(each -> assertThat(each.problem()).contains(problem));
    }

    @Test
    void refuses_a_comment_behind_a_value() {
        ConfigException refused = refuse(SMALLEST + "tables.exclude=public.x   # not this one\n");

        assertThat(refused.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(6);
            assertThat(problem.problem()).isEqualTo("tables.exclude has a comment after its value");
        });
    }

    @Test
    void refuses_the_same_name_for_both_sites() {
        assertThat(refuse(SMALLEST.replace("west", "east")))
                .hasMessageContaining("peer and site are both east")
                .hasMessageContaining(":2:");
    }

    @Test
    void refuses_a_database_url_that_the_driver_cannot_read() {
        for (String url :
                List.of("postgresql://db/bank", "jdbc:postgresql://db:port/bank", "jdbc:postgresql://db:99999/bank")) {
            assertThat(refuse(SMALLEST.replace("jdbc:postgresql://db:5432/bank", url)))
                    .hasMessageContaining("database.url is '" + url + "', which is not a PostgreSQL JDBC URL");
        }
    }

    @Test
    void refuses_a_password_in_the_database_url() {
        assertThat(refuse(SMALLEST.replace("/bank", "/bank?ssl=true&password=x")))
                .hasMessageContaining("database.url holds a user or a password");
    }

    @Test
    void says_when_there_is_no_such_file() {
        ConfigException refused = catchThrowableOfType(
                ConfigException.class, () -> SiteConfigFile.read(folder.resolve("none.properties"), Map.of()));

        assertThat(refused).hasMessageContaining("none.properties: no such file");
    }

    @Test
    void says_when_it_is_a_directory() {
        ConfigException refused =
                catchThrowableOfType(ConfigException.class, () -> SiteConfigFile.read(folder, Map.of()));

        assertThat(refused).hasMessageContaining(folder + ": is a directory");
    }

    @Test
    void reads_files_of_editors_that_write_byte_order_marks_and_carriage_returns() throws Exception {
        Path password = folder.resolve("password");
        SecretFile.write(password, "\uFEFFsecret\r\n");

        SiteConfig config = read("\uFEFF" + (SMALLEST + "database.password=${file:password}\n").replace("\n", "\r\n"));

        assertThat(config.site()).hasToString("east");
        assertThat(config.database().password().text()).isEqualTo("secret");
    }

    @Test
    void counts_lines_across_continued_ones_and_reports_malformed_escapes() {
        ConfigException refused = refuse(SMALLEST + "tables=public.a,\\\n    public.b\nnonsense=1\n\\u00zz=1\n");

        assertThat(refused.problems().stream().map(problem -> problem.line() + " " + problem.problem()))
                .containsExactly("8 unknown key nonsense", "9 malformed \\u escape");
    }

    @Test
    void reads_an_ipv6_address_to_listen_on() throws Exception {
        SiteConfig config = read(SMALLEST + "status.listen=[::1]:7071\n");

        assertThat(List.of(config.statusListen().host(), config.statusListen().port()))
                .containsExactly("::1", 7071);
        assertThat(config.statusListen()).hasToString("[::1]:7071");
    }

    private SiteConfig read(String text) throws Exception {
        return read(text, Map.of());
    }

    private SiteConfig read(String text, Map<String, String> environment) throws IOException, ConfigException {
        return SiteConfigFile.read(Files.writeString(folder.resolve("site.properties"), text), environment);
    }

    private ConfigException refuse(String text) {
        return catchThrowableOfType(ConfigException.class, () -> read(text));
    }
}
