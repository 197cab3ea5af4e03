package io.gemel.deploy.status;

import io.gemel.figure.Figure;
import io.gemel.figure.Figures;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.ImmutableDescriptor;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.ReflectionException;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import javax.management.openmbean.TabularDataSupport;
import javax.management.openmbean.TabularType;
import org.jspecify.annotations.Nullable;

/** A management bean whose attributes are the figures of a report. Attributes that are read in one call are of one moment. Thread-safe if the report is. */
public final class FigureBean<R> implements DynamicMBean {
    private static final List<SimpleType<?>> SIMPLE =
            List.of(SimpleType.BOOLEAN, SimpleType.INTEGER, SimpleType.LONG, SimpleType.DOUBLE, SimpleType.STRING);

    private final Figures<R> figures;
    private final Supplier<R> report;
    private final Map<String, Operation> operations;

    /** What a bean can be asked to do. */
    public record Operation(Class<?> returns, Supplier<@Nullable Object> work) {}

    /**
     * @param report gives the current one; called on JMX threads, so it must be quick
     * @param operations by name; none takes arguments
     */
    public FigureBean(Figures<R> figures, Supplier<R> report, Map<String, Operation> operations) {
        this.figures = figures;
        this.report = report;
        this.operations = Map.copyOf(operations);
    }

    private Stream<Figure<R>> attributes() {
        return figures.figures().stream().filter(Figure::jmx);
    }

    @Override
    public Object getAttribute(String name) throws AttributeNotFoundException {
        List<Attribute> found = getAttributes(new String[] {name}).asList();
        if (found.isEmpty()) {
            throw new AttributeNotFoundException(name);
        }
        return found.get(0).getValue();
    }

    @Override
    public AttributeList getAttributes(String[] names) {
        R now = report.get();
        List<String> wanted = List.of(names);
        AttributeList found = new AttributeList();
        attributes()
                .filter(figure -> wanted.contains(figure.attribute()))
                .forEach(figure -> found.add(new Attribute(
                        figure.attribute(), open(figure.type(), figure.value().apply(now)))));
        return found;
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
        throw new AttributeNotFoundException(attribute.getName() + " cannot be set");
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return new AttributeList();
    }

    @Override
    public @Nullable Object invoke(String name, Object @Nullable [] arguments, String @Nullable [] signature)
            throws ReflectionException {
        Operation operation = operations.get(name);
        if (operation == null) {
            throw new ReflectionException(new NoSuchMethodException(name));
        }
        return operation.work().get();
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        return new MBeanInfo(
                FigureBean.class.getName(),
                "figures of Gemel",
                attributes().map(FigureBean::info).toArray(MBeanAttributeInfo[]::new),
                null,
                operations.entrySet().stream()
                        .map(each -> new MBeanOperationInfo(
                                each.getKey(),
                                each.getKey(),
                                null,
                                each.getValue().returns().getName(),
                                MBeanOperationInfo.ACTION))
                        .toArray(MBeanOperationInfo[]::new),
                null);
    }

    private static MBeanAttributeInfo info(Figure<?> figure) {
        OpenType<?> open = open(figure.type());
        boolean primitive = figure.type() instanceof Class<?> type && type.isPrimitive();
        return new MBeanAttributeInfo(
                figure.attribute(),
                primitive ? figure.type().getTypeName() : open.getClassName(),
                figure.attribute(),
                true,
                false,
                false,
                new ImmutableDescriptor(
                        Map.of("openType", open, "originalType", figure.type().getTypeName())));
    }

    private static OpenType<?> open(Type type) {
        if (type instanceof ParameterizedType map) {
            return table(type.getTypeName(), open(map.getActualTypeArguments()[1]));
        }
        String name = MethodType.methodType((Class<?>) type).wrap().returnType().getName();
        return SIMPLE.stream()
                .filter(simple -> simple.getClassName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("JMX does not know figures of type " + type));
    }

    private static TabularType table(String name, OpenType<?> values) {
        String[] items = {"key", "value"};
        try {
            CompositeType row =
                    new CompositeType(name, name, items, items, new OpenType<?>[] {SimpleType.STRING, values});
            return new TabularType(name, name, row, new String[] {"key"});
        } catch (OpenDataException e) {
            throw new IllegalArgumentException(name, e);
        }
    }

    private static Object open(Type type, Object value) {
        if (!(open(type) instanceof TabularType tables)) {
            return value;
        }
        TabularDataSupport table = new TabularDataSupport(tables);
        ((Map<?, ?>) value).forEach((key, each) -> table.put(row(tables.getRowType(), key, each)));
        return table;
    }

    private static CompositeDataSupport row(CompositeType type, Object key, Object value) {
        try {
            return new CompositeDataSupport(type, Map.of("key", key, "value", value));
        } catch (OpenDataException e) {
            throw new IllegalArgumentException(type.getTypeName(), e);
        }
    }
}
