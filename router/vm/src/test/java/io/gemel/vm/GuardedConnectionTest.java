package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** That what it refuses is refused is tested on a real connection; here, that nothing else of the interface ends a transaction. */
final class GuardedConnectionTest {
    @Test
    void a_new_method_of_the_interface_that_ends_a_transaction_would_be_noticed() {
        Set<String> harmless = Set.of(
                "clearWarnings",
                "createArrayOf",
                "createBlob",
                "createClob",
                "createNClob",
                "createSQLXML",
                "createStatement",
                "createStruct",
                "getAutoCommit",
                "getCatalog",
                "getClientInfo",
                "getHoldability",
                "getMetaData",
                "getNetworkTimeout",
                "getSchema",
                "getTransactionIsolation",
                "getTypeMap",
                "getWarnings",
                "isClosed",
                "isReadOnly",
                "isValid",
                "isWrapperFor",
                "nativeSQL",
                "prepareCall",
                "prepareStatement",
                "releaseSavepoint",
                "setCatalog",
                "setClientInfo",
                "setHoldability",
                "setReadOnly",
                "setSavepoint",
                "setSchema",
                "setShardingKey",
                "setShardingKeyIfValid",
                "setTransactionIsolation",
                "setTypeMap",
                "unwrap");
        List<String> others = Arrays.stream(Connection.class.getMethods())
                .map(Method::getName)
                .filter(name -> !harmless.contains(name))
                .distinct()
                .sorted()
                .toList();
        assertThat(others)
                .containsExactly(
                        "abort",
                        "beginRequest",
                        "close",
                        "commit",
                        "endRequest",
                        "rollback",
                        "setAutoCommit",
                        "setNetworkTimeout");
    }
}
