package io.gemel.apply.postgres;

import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import org.jooq.Binding;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingGetSQLInputContext;
import org.jooq.BindingGetStatementContext;
import org.jooq.BindingRegisterContext;
import org.jooq.BindingSQLContext;
import org.jooq.BindingSetSQLOutputContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.Param;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Binds a literal as a stream: PostgreSQL's driver keeps one in a temporary file while it sends it, not in memory. */
final class PostgresLargeBinding implements Binding<String, LargeArrayLiteral> {
    private static final long serialVersionUID = 1L;

    /** How long the server may work on what is sent, until the next transaction begins. */
    private static final int ANSWER_MILLIS_MAX = 600_000;

    private static final DataType<LargeArrayLiteral> TYPE =
            SQLDataType.CLOB.asConvertedDataType(new PostgresLargeBinding());

    private PostgresLargeBinding() {}

    static Param<LargeArrayLiteral> of(LargeArrayLiteral literal) {
        return DSL.val(literal, TYPE);
    }

    @Override
    public Converter<String, LargeArrayLiteral> converter() {
        return Converter.of(
                String.class,
                LargeArrayLiteral.class,
                text -> {
                    throw new UnsupportedOperationException("large values are read otherwise");
                },
                String::valueOf);
    }

    @Override
    public void sql(BindingSQLContext<LargeArrayLiteral> context) {
        context.render().sql(context.variable());
    }

    @Override
    public void set(BindingSetStatementContext<LargeArrayLiteral> context) throws SQLException {
        context.statement().getConnection().setNetworkTimeout(Runnable::run, ANSWER_MILLIS_MAX);
        context.statement().setCharacterStream(context.index(), context.value().reader());
    }

    @Override
    public void register(BindingRegisterContext<LargeArrayLiteral> context) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void set(BindingSetSQLOutputContext<LargeArrayLiteral> context) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void get(BindingGetResultSetContext<LargeArrayLiteral> context) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void get(BindingGetStatementContext<LargeArrayLiteral> context) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void get(BindingGetSQLInputContext<LargeArrayLiteral> context) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }
}
