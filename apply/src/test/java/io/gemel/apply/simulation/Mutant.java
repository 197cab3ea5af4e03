package io.gemel.apply.simulation;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.conflict.window.InFlightWindow;
import io.github.resilience4j.core.IntervalFunction;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** All of Gemel's classes once more, some of them compiled with wrong rules: so rules are broken that have no seam for it. */
final class Mutant extends ClassLoader {
    private final Map<String, byte[]> patched;

    private Mutant(Map<String, byte[]> patched) {
        super(Mutant.class.getClassLoader());
        this.patched = patched;
    }

    /** Calls the one static method of this name in a mutant. Arguments and result are of types that are not Gemel's. */
    static @Nullable String call(List<Patch> patches, Class<?> type, String method, Object... arguments) {
        try {
            Method found = Stream.of(of(patches).loadClass(type.getName()).getDeclaredMethods())
                    .filter(each -> each.getName().equals(method))
                    .findFirst()
                    .orElseThrow();
            found.setAccessible(true);
            return (String) found.invoke(null, arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Compiles classes with wrong rules, and loads all others beside them when they are needed. */
    private static ClassLoader of(List<Patch> patches) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (Compiled compiled = new Compiled(compiler.getStandardFileManager(null, null, null))) {
            List<String> options = List.of("-proc:none", "-nowarn", "-cp", classPath());
            List<Source> sources = Patch.patched(patches).entrySet().stream()
                    .map(source -> new Source(source.getKey(), source.getValue()))
                    .toList();
            if (!compiler.getTask(null, compiled, null, options, null, sources).call()) {
                throw new IllegalStateException("does not compile: " + patches);
            }
            return new Mutant(compiled.classes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String classPath() {
        return Stream.of(
                        Mutant.class,
                        ApplyFailure.class,
                        InFlightWindow.class,
                        Nullable.class,
                        Logger.class,
                        IntervalFunction.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .map(location -> Path.of(URI.create(location.toString())).toString())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("io.gemel.")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known != null ? known : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = patched.get(name);
        try (InputStream shipped = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (shipped == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] code = bytes != null ? bytes : shipped.readAllBytes();
            return defineClass(name, code, 0, code.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String type, String text) {
            super(URI.create("string:///" + type.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class Compiled extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, ByteArrayOutputStream> outputs = new HashMap<>();

        Compiled(StandardJavaFileManager files) {
            super(files);
        }

        Map<String, byte[]> classes() {
            return outputs.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, output -> output.getValue().toByteArray()));
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location,
                String className,
                JavaFileObject.Kind kind,
                @Nullable FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className.replace('.', '/')), kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream output = new ByteArrayOutputStream();
                    outputs.put(className, output);
                    return output;
                }
            };
        }
    }
}
