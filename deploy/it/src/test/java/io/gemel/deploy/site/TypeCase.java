package io.gemel.deploy.site;

import java.util.ArrayList;
import java.util.List;

/**
 * A column type and values at its edges.
 *
 * @param type the type as a column definition says it
 * @param values SQL expressions
 */
record TypeCase(String type, List<String> values) {
    /** First release whose interval can be infinite. */
    private static final int INFINITE_INTERVAL_SINCE = 17;

    /** What the types below need. */
    static final String[] SETUP = {
        "CREATE SCHEMA \"Type Schema\"",
        "CREATE EXTENSION citext",
        "CREATE EXTENSION hstore",
        "CREATE EXTENSION ltree",
        "CREATE TYPE mood AS ENUM ('good', 'it''s \"fine\", {really}', ' two  spaces ', 'NULL', 'Ünïcode')",
        "CREATE TYPE \"Type Schema\".\"Odd Enum\" AS ENUM ('a b', '')",
        "CREATE TYPE pair AS (x int, t text)",
        "CREATE TYPE nested AS (p pair, many pair[], m mood, c char(3), b bit(2))",
        "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
        "CREATE DOMAIN short AS varchar(5)",
        "CREATE DOMAIN fixed AS char(4)",
        "CREATE DOMAIN \"Type Schema\".list AS int[] CHECK (cardinality(VALUE) < 9)",
        "CREATE DOMAIN shorter AS short CHECK (length(VALUE) < 4)",
        "CREATE DOMAIN place AS pair CHECK ((VALUE).x <> 7)",
        "CREATE TYPE floats AS RANGE (subtype = float8)",
    };

    private static TypeCase of(String type, String... values) {
        return new TypeCase(type, List.of(values));
    }

    /** Every value type. */
    static List<TypeCase> columns(int serverMajor) {
        List<TypeCase> cases = new ArrayList<>();
        numbers(cases);
        texts(cases);
        times(cases, serverMajor);
        networksAndBits(cases);
        documents(cases);
        arrays(cases);
        userDefined(cases);
        ranges(cases);
        shapes(cases);
        return cases;
    }

    private static void numbers(List<TypeCase> cases) {
        cases.add(of("smallint", "-32768", "32767", "0"));
        cases.add(of("int", "-2147483648", "2147483647", "0"));
        cases.add(of("bigint", "'-9223372036854775808'", "9223372036854775807", "0"));
        cases.add(
                of("real", "'NaN'", "'-0'", "'0'", "'infinity'", "'-infinity'", "'1e-45'", "'3.4028235e38'", "'0.1'"));
        cases.add(of(
                "double precision",
                "'NaN'",
                "'-0'",
                "'0'",
                "'infinity'",
                "'-infinity'",
                "'5e-324'",
                "'1.7976931348623157e308'",
                "'0.1'",
                "'123456789.12345678'"));
        cases.add(of(
                "numeric",
                "'NaN'",
                "'infinity'",
                "'-infinity'",
                "'1'",
                "'1.0'",
                "'1.000'",
                "'-0.00'",
                "repeat('9', 2000)",
                "'0.' || repeat('0', 1500) || '1'",
                "'1e300'"));
        cases.add(of("numeric(10,2)", "'99999999.99'", "'-0.01'", "'1.50'", "'NaN'"));
        cases.add(of("numeric(5,-2)", "'12345'", "'99'"));
        cases.add(
                of("money", "'-92233720368547758.08'::numeric", "'92233720368547758.07'::numeric", "'-0.01'::numeric"));
        cases.add(of("oid", "'0'", "'4294967295'"));
        cases.add(of("xid8", "'0'", "'18446744073709551615'"));
        cases.add(of("pg_lsn", "'0/0'", "'FFFFFFFF/FFFFFFFF'", "'16/B374D848'"));
        cases.add(of("bool", "true", "false"));
    }

    private static final String[] TEXTS = {
        "''",
        "' '",
        "'NULL'",
        "'null'",
        "'quote '' \" ` \\ \\\\ \\x41 \\N'",
        "'{a,b}'",
        "'(a,\"b\")'",
        "'? ?? $1 :a {0} %s ${x}'",
        "E'line\\r\\nbreak\\ttab'",
        "E'\\x01\\x02\\x07\\x1b\\x7f'",
        "U&'\\00e9 e\\0301 \\+01F600\\+01F468\\200D\\+01F469 \\FEFF \\202E \\0080'",
        "'  both ends  '"
    };

    private static void texts(List<TypeCase> cases) {
        cases.add(of("text", TEXTS));
        cases.add(of("text COLLATE \"C\"", TEXTS));
        cases.add(of("varchar", TEXTS));
        cases.add(of("citext", TEXTS));
        cases.add(of("bpchar", TEXTS));
        cases.add(of("varchar(7)", "'1234567'", "''", "'a  '", "U&'\\+01F600'"));
        cases.add(of("char(5)", "''", "'ab'", "'12345'", "' a'", "U&'\\00e9'"));
        cases.add(of("char", "'x'", "' '"));
        cases.add(of("\"char\"", "'a'", "''", "'\\200'", "'\\'", "'\"'", "'{'"));
        cases.add(of("name", "''", "'a b'", "repeat('n', 63)"));
        cases.add(of("tsvector", "''", "'a:1A fat:2,4B,9 ''it''''s'':3 ''back\\\\slash'''"));
        cases.add(of("tsquery", "''", "'fat & (rat | !cat:AB*) <2> ''a b'''"));
        cases.add(of("xml", "'<a b=\"c\">x &amp; y</a>'", "'text <b/> text'", "'<?xml version=\"1.0\"?><a/>'", "'  '"));
    }

    private static void times(List<TypeCase> cases, int serverMajor) {
        cases.add(of("date", "'infinity'", "'-infinity'", "'4713-11-24 BC'", "'5874897-12-31'", "'2024-02-29'"));
        cases.add(of("time", "'24:00'", "'00:00'", "'23:59:59.999999'", "'12:00:00.5'"));
        cases.add(of("time(0)", "'24:00'", "'01:02:03'"));
        cases.add(of("timetz", "'24:00+15:59:59'", "'00:00-15:59:59'", "'23:59:59.999999+05:45'"));
        String[] stamps = {
            "'infinity'",
            "'-infinity'",
            "'4713-11-24 00:00:00 BC'",
            "'294276-12-31 23:59:59.999999'",
            "'2000-01-01 00:00:00.000001'",
            "'0001-01-01 00:00:00 BC'",
            "'1883-11-18 12:03:58'"
        };
        cases.add(of("timestamp", stamps));
        cases.add(of("timestamp(3)", "'2000-01-01 00:00:00.123'", "'infinity'"));
        cases.add(of(
                "timestamptz",
                "'infinity'",
                "'-infinity'",
                "'4713-11-25 00:00:00+00 BC'",
                "'294276-12-30 23:59:59.999999+00'",
                "'1883-11-18 12:03:58.5+05:41:16'",
                "'2024-03-31 02:30:00 Europe/Berlin'"));
        List<String> intervals = new ArrayList<>(List.of(
                "'0'",
                "make_interval(years => -1, months => 2, days => -3, hours => 4, secs => -5.000001)",
                "make_interval(months => 14, days => 40, hours => 50)",
                "make_interval(secs => -0.000001)",
                "make_interval(months => 2147483646)"));
        if (serverMajor >= INFINITE_INTERVAL_SINCE) {
            intervals.add("'infinity'");
            intervals.add("'-infinity'");
        }
        cases.add(new TypeCase("interval", intervals));
        cases.add(of("interval year to month", "make_interval(months => 14)", "make_interval(months => -1)"));
    }

    private static void networksAndBits(List<TypeCase> cases) {
        cases.add(of("uuid", "'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"));
        cases.add(of("inet", "'10.0.0.1'", "'10.0.0.1/8'", "'::1'", "'fe80::1/64'", "'0.0.0.0/0'"));
        cases.add(of("cidr", "'10.0.0.0/8'", "'10.0.0.1/32'", "'2001:db8::/32'"));
        cases.add(of("macaddr", "'08:00:2b:01:02:03'", "'ff:ff:ff:ff:ff:ff'"));
        cases.add(of("macaddr8", "'08:00:2b:01:02:03:04:05'"));
        cases.add(of("bit(5)", "B'10101'", "B'00000'"));
        cases.add(of("bit", "B'1'", "B'0'"));
        cases.add(of("varbit", "B''", "B'0'", "B'1010101010101'"));
        cases.add(of("varbit(9)", "B''", "B'101010101'"));
        cases.add(of(
                "bytea",
                "''",
                "'\\x00'",
                "(SELECT string_agg(decode(lpad(to_hex(i), 2, '0'), 'hex'), '' ORDER BY i)"
                        + " FROM generate_series(0, 255) i)"));
    }

    private static void documents(List<TypeCase> cases) {
        String[] documents = {
            "'null'",
            "'\"a \\\\ \\\" \\u00e9 \\u0007\"'",
            "'{\"b\" :  1, \"a\":{\"x\":[1.0,1e3, null]},   \"a\": 2}'",
            "'  [ ]'",
            "'1.000'",
            "'123456789012345678901234567890.1234567890'"
        };
        cases.add(of("json", documents));
        cases.add(of("jsonb", documents));
        cases.add(of("jsonpath", "'$.\"a b\"[*] ? (@.c > 1.5)'", "'strict $'"));
        cases.add(of("hstore", "''", "'a=>1, \"b \"=>NULL, \"q\\\"\\\\\"=>\"NULL\"'"));
        cases.add(of("ltree", "''", "'Top.Science.Astronomy'"));
    }

    private static void arrays(List<TypeCase> cases) {
        cases.add(of("int[]", "'{}'", "'{1,NULL,3}'", "'{{1,2},{3,4}}'", "'[-1:1]={1,2,3}'", "'[2:3][0:0]={{1},{2}}'"));
        cases.add(of("text[]", "ARRAY['', NULL, 'NULL', '{a,b}', 'q\" \\ '' ,', ' ']", "ARRAY[[E'a\\n', 'b']]"));
        cases.add(of("timestamptz[]", "'{infinity,\"0001-01-01 00:00:00+00 BC\"}'"));
        cases.add(of("numeric[]", "'{NaN,1.00,-infinity}'"));
        cases.add(of("float8[]", "'{-0,NaN,5e-324}'"));
        cases.add(of("box[]", "'{(1,1),(0,0);(3,4),(1,2)}'"));
        cases.add(of("bool[]", "'{t,f,NULL}'"));
        cases.add(of("bytea[]", "ARRAY['\\x00ff'::bytea, '']"));
        cases.add(of("char(3)[]", "ARRAY['a', 'bcd', '']"));
        cases.add(of("bit(3)[]", "ARRAY[B'101', B'000']"));
        cases.add(of("varchar(3)[]", "ARRAY['a', 'bcd', '']"));
        cases.add(of("jsonb[]", "ARRAY['{\"a\": [1, \"x,y\"]}'::jsonb, 'null', NULL]"));
        cases.add(of("mood[]", "ARRAY['good', 'it''s \"fine\", {really}', 'NULL', NULL]::mood[]"));
        cases.add(of("pair[]", "ARRAY[(1, 'a,\"b')::pair, (NULL, '')::pair, NULL]"));
        cases.add(of("positive[]", "'{1,2}'"));
        cases.add(of("int4range[]", "ARRAY[int4range(1, 3), 'empty'::int4range]"));
        cases.add(of("int2vector", "'1 2 3'", "''"));
    }

    private static void userDefined(List<TypeCase> cases) {
        cases.add(of("mood", "'good'", "'it''s \"fine\", {really}'", "' two  spaces '", "'NULL'", "'Ünïcode'"));
        cases.add(of("\"Type Schema\".\"Odd Enum\"", "'a b'", "''"));
        cases.add(of("\"Type Schema\".\"Odd Enum\"[]", "'{\"a b\",\"\"}'"));
        cases.add(of("positive", "1"));
        cases.add(of("short", "''", "'12345'"));
        cases.add(of("shorter", "''", "'123'"));
        cases.add(of("fixed", "''", "'12'"));
        cases.add(of("\"Type Schema\".list", "'{1,2}'", "'{{1},{2}}'"));
        cases.add(of("place", "ROW(1, 'a')", "ROW(NULL, NULL)"));
        cases.add(of("pair", "ROW(1, 'q\" \\ '' , ( )')", "ROW(NULL, '')", "ROW(NULL, NULL)", "ROW(2, 'NULL')"));
        cases.add(
                of(
                        "nested",
                        "ROW(ROW(1, 'a\"b')::pair, ARRAY[ROW(2, '{}')::pair, NULL], 'it''s \"fine\", {really}'::mood, 'x', B'10')"));
    }

    private static void ranges(List<TypeCase> cases) {
        cases.add(of("int4range", "'empty'", "'(,)'", "'[1,5)'", "'[,5)'"));
        cases.add(of("numrange", "'[1.00,2.0]'", "'(1,infinity]'", "'empty'"));
        cases.add(of("tstzrange", "'[\"0001-01-01 00:00:00+00 BC\",infinity)'", "'(,)'"));
        cases.add(of("daterange", "'[2024-01-01,2024-12-31]'", "'[,infinity]'"));
        cases.add(of("floats", "'[-0,NaN]'", "'empty'"));
        cases.add(of("int4multirange", "'{}'", "'{[1,3),[5,9)}'", "'{(,)}'"));
        cases.add(of("tsmultirange", "'{[\"2000-01-01 00:00:00.000001\",infinity)}'"));
        cases.add(of("nummultirange", "'{[1.00,2.0]}'"));
    }

    private static void shapes(List<TypeCase> cases) {
        cases.add(of("point", "'(-0,NaN)'", "'(0.1,infinity)'"));
        cases.add(of("line", "'{1,-1,0.3}'"));
        cases.add(of("lseg", "'[(0.1,0.2),(3,4)]'"));
        cases.add(of("box", "'(1,1),(0,0)'", "'(0.1,5e-324),(0,-0)'"));
        cases.add(of("path", "'[(0,0),(1,1)]'", "'((0,0),(1,1),(2,0))'"));
        cases.add(of("polygon", "'((0,0),(1,1),(2,0.1))'"));
        cases.add(of("circle", "'<(0.1,-0),3>'"));
    }

    /** Every type that a primary key may have, with values of it that are hard to tell apart. */
    static List<TypeCase> keys() {
        return List.of(
                of("smallint", "-32768", "32767"),
                of("int", "-2147483648", "0"),
                of("bigint", "'-9223372036854775808'", "0"),
                of("oid", "'0'", "'4294967295'"),
                of("bool", "true", "false"),
                of("uuid", "'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
                of("bytea", "''", "'\\x00'", "'\\x0000'", "'\\x5c27'"),
                of("date", "'infinity'", "'0001-01-01 BC'", "'5874897-12-31'"),
                of("time", "'24:00'", "'00:00'", "'00:00:00.000001'"),
                of("timestamp", "'infinity'", "'4713-11-24 00:00:00 BC'", "'2000-01-01 00:00:00.000001'"),
                of("timestamptz", "'-infinity'", "'2000-01-01 00:00:00.000001+05:45'"),
                of("inet", "'10.0.0.1'", "'10.0.0.1/8'", "'::1'"),
                of("cidr", "'10.0.0.0/8'", "'10.0.0.0/9'"),
                of("macaddr", "'08:00:2b:01:02:03'"),
                of("macaddr8", "'08:00:2b:01:02:03:04:05'"),
                of("bit(3)", "B'101'", "B'000'"),
                of("varbit", "B''", "B'0'", "B'00'"),
                of("name", "'a b'", "''"),
                of("\"char\"", "'a'", "''", "'\\200'"),
                of("text", TEXTS),
                of("varchar(20)", "''", "'a '", "'a'"),
                of("char(4)", "''", "'ab'"),
                of("numeric(10,2)", "1", "1.5", "'NaN'"),
                of("mood", "'good'", "'it''s \"fine\", {really}'", "'NULL'"),
                of("positive", "1", "2"),
                of("short", "''", "'a b'"));
    }
}
