package io.gemel.deploy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;

/** What may know what: the rules that keep each module readable on its own. Each says how to fix what breaks it. */
@AnalyzeClasses(packages = "io.gemel", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String TRANSACTION = "io.gemel.transaction..";
    private static final String REASON = "io.gemel.reason..";
    private static final String FIGURE = "io.gemel.figure..";
    private static final String CONFLICT = "io.gemel.conflict..";
    private static final String CAPTURE = "io.gemel.capture..";
    private static final String CAPTURE_SOURCE = "io.gemel.capture.source..";
    private static final String CAPTURE_LOG = "io.gemel.capture.log..";
    private static final String CAPTURE_POSTGRES = "io.gemel.capture.postgres..";
    private static final String APPLY = "io.gemel.apply..";
    private static final String APPLY_TARGET = "io.gemel.apply.target..";
    private static final String APPLY_DECIDE = "io.gemel.apply.decide..";
    private static final String APPLY_LOG = "io.gemel.apply.log..";
    private static final String APPLY_POSTGRES = "io.gemel.apply.postgres..";
    private static final String ROUTER = "io.gemel.router..";
    private static final String VM = "io.gemel.vm..";
    private static final String VM_SERVLET = "io.gemel.vm.servlet..";
    private static final String VM_SPRING = "io.gemel.vm.spring..";
    private static final String DEPLOY = "io.gemel.deploy..";

    private static final Set<String> CHANCE =
            Set.of("java.lang.System.nanoTime", "java.lang.System.identityHashCode", "java.util.UUID.randomUUID");

    /** What measures durations or makes up names, outside of the packages that speak to a server. */
    private static final Set<String> TIMED = Set.of(
            "io.gemel.capture.Capture",
            "io.gemel.apply.Applier",
            "io.gemel.apply.ApplyLoop",
            "io.gemel.apply.PeerLogBarrier",
            "io.gemel.conflict.log.Watermark");

    @ArchTest
    static final ArchRule shared_words_know_no_other_module = noClasses()
            .that()
            .resideInAnyPackage(TRANSACTION, REASON, FIGURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CONFLICT, CAPTURE, APPLY, ROUTER, DEPLOY)
            .because("every module speaks these words: move the code to the module whose work it does");

    @ArchTest
    static final ArchRule the_core_knows_no_module_that_uses_it = noClasses()
            .that()
            .resideInAPackage(CONFLICT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CAPTURE, APPLY, ROUTER, DEPLOY)
            .because("it decides and acts nowhere: hand it values, and act on the answer in the calling module");

    @ArchTest
    static final ArchRule capture_knows_only_the_core = noClasses()
            .that()
            .resideInAPackage(CAPTURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(APPLY, ROUTER, DEPLOY)
            .because("siblings meet in deploy only: pass an interface of the core, and wire it in Site.start()");

    @ArchTest
    static final ArchRule apply_knows_only_the_core = noClasses()
            .that()
            .resideInAPackage(APPLY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CAPTURE, ROUTER, DEPLOY)
            .because("siblings meet in deploy only: pass an interface of the core, and wire it in Site.start()");

    @ArchTest
    static final ArchRule the_router_knows_no_module_and_no_database = noClasses()
            .that()
            .resideInAPackage(ROUTER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    REASON, CONFLICT, CAPTURE, APPLY, VM, DEPLOY, "java.sql..", "javax.sql..", "org.apache.kafka..")
            .because("it speaks to VMs and sites over HTTP: what only a database knows, ask one of them");

    @ArchTest
    static final ArchRule what_applications_embed_knows_nothing_of_the_rest = noClasses()
            .that()
            .resideInAPackage(VM)
            .and()
            .resideOutsideOfPackage(VM_SPRING)
            .should()
            .dependOnClassesThat(are(
                    "anything but Java, SLF4J and the servlet API",
                    type -> !resideInAnyPackage(
                                            "io.gemel.vm",
                                            "io.gemel.vm.servlet",
                                            "java..",
                                            "javax.sql..",
                                            "com.sun.net.httpserver..",
                                            "jakarta.servlet..",
                                            "org.slf4j..",
                                            "org.jspecify..")
                                    .test(type)
                            && !type.isPrimitive()
                            && !type.isArray()))
            .because("whatever it needs every application must carry: use what Java brings along");

    @ArchTest
    static final ArchRule what_spring_applications_embed_knows_the_library_alone = noClasses()
            .that()
            .resideInAPackage(VM_SPRING)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TRANSACTION, REASON, CONFLICT, CAPTURE, APPLY, ROUTER, DEPLOY, "org.postgresql..")
            .because("whatever it needs every application must carry: Spring Boot and the library are there");

    @ArchTest
    static final ArchRule spring_is_known_by_one_package = noClasses()
            .that()
            .resideOutsideOfPackage(VM_SPRING)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..")
            .because("nothing of Gemel runs in Spring: what Spring applications need goes into its adapter");

    @ArchTest
    static final ArchRule adapters_know_servlets = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.gemel.vm.VmFilter")
            .and()
            .resideOutsideOfPackages(VM_SERVLET, VM_SPRING)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.servlet..")
            .because("an application without a servlet container has no such classes: go through VmFilter");

    @ArchTest
    static final ArchRule no_circle_of_files = slices().assignedFrom(new ByFile())
            .should()
            .beFreeOfCycles()
            .because(
                    "a reader starts anywhere and goes one way: let the lower file take a value or an interface of its own");

    @ArchTest
    static final ArchRule no_circle_of_packages = slices().assignedFrom(new ByPackage())
            .should()
            .beFreeOfCycles()
            .because("one of two packages stands on the other: move what both need to the lower one");

    @ArchTest
    static final ArchRule the_core_does_no_input_or_output = noClasses()
            .that()
            .resideInAnyPackage(TRANSACTION, REASON, FIGURE, CONFLICT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "java.nio.channels..", "java.nio.file..", "java.sql..", "org.apache..")
            .because("it is tested and simulated without servers: read outside and hand it what was read");

    @ArchTest
    static final ArchRule one_engine_knows_debezium = noClasses()
            .that()
            .resideOutsideOfPackage(CAPTURE_POSTGRES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.debezium..", "org.apache.kafka.connect..")
            .because(
                    "Debezium is one way to read a log: turn its records into Change values in capture's package postgres");

    @ArchTest
    static final ArchRule kafka_is_known_by_the_log_only = noClasses()
            .that()
            .resideInAnyPackage(TRANSACTION, CONFLICT, CAPTURE, APPLY)
            .and()
            .resideOutsideOfPackages(CAPTURE_LOG, APPLY_LOG)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka.clients..")
            .because("the rest speaks of log positions: call what writes or reads the log, in package log");

    @ArchTest
    static final ArchRule the_pool_belongs_to_the_applier = noClasses()
            .that()
            .resideInAnyPackage(TRANSACTION, CONFLICT, CAPTURE, APPLY)
            .and()
            .resideOutsideOfPackage(APPLY_POSTGRES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.zaxxer.hikari..")
            .because("capture reads a log, it writes no rows: rows are written by apply's package postgres");

    @ArchTest
    static final ArchRule jdbc_is_known_by_the_engine_and_what_explains_its_errors = noClasses()
            .that()
            .resideInAnyPackage(CAPTURE, APPLY)
            .and()
            .resideOutsideOfPackages(CAPTURE_POSTGRES, APPLY_POSTGRES)
            .and()
            .doNotHaveFullyQualifiedName("io.gemel.capture.api.CaptureException")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.postgresql..")
            .because(
                    "another database engine must fit in: go through SourceDatabase in capture, TargetDatabase in apply");

    @ArchTest
    static final ArchRule one_package_knows_the_store_that_the_window_spills_to = noClasses()
            .that()
            .resideOutsideOfPackage("io.gemel.deploy.spill..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.h2..")
            .because("the window spills through WindowSpill: another store takes one other class");

    @ArchTest
    static final ArchRule files_belong_to_deploy = noClasses()
            .that()
            .resideOutsideOfPackage(DEPLOY)
            .should()
            .dependOnClassesThat(are(
                    "files",
                    type -> type.getPackageName().startsWith("java.nio.file")
                            || type.getName().matches("java\\.io\\.(File.*|RandomAccessFile)")))
            .because("a module gets its configuration as one record: read files in deploy");

    @ArchTest
    static final ArchRule the_environment_belongs_to_deploy = noClasses()
            .that()
            .resideOutsideOfPackage(DEPLOY)
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class, String.class)
            .because("a module gets its configuration as one record: read the environment in deploy");

    @ArchTest
    static final ArchRule time_and_chance_are_handed_in = noClasses()
            .that()
            .resideOutsideOfPackage(DEPLOY)
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(ThreadLocalRandom.class, "current")
            .because(
                    "a simulation runs two sites from a seed: take an InstantSource or a RandomGenerator in the constructor");

    @ArchTest
    static final ArchRule durations_and_names_by_chance_are_handed_in = noClasses()
            .that()
            .resideInAnyPackage(TRANSACTION, REASON, CONFLICT, CAPTURE, APPLY)
            .and()
            .resideOutsideOfPackages(CAPTURE_LOG, CAPTURE_POSTGRES, APPLY_LOG, APPLY_POSTGRES)
            .and(are(
                    "neither doors nor waits on a condition",
                    type -> !TIMED.contains(outermost(type).getName())))
            .should()
            .accessTargetWhere(describe(
                    "it tells another value each time",
                    access -> CHANCE.contains(access.getTargetOwner().getName() + "."
                            + access.getTarget().getName())))
            .because("a simulation runs two sites from a seed: take a LongSupplier or a name in the constructor");

    @ArchTest
    static final ArchRule only_the_door_of_capture_is_public = classes()
            .that()
            .resideInAPackage("io.gemel.capture")
            .and()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .should()
            .haveSimpleName("Capture")
            .because("the door has the room's name: make the class package-private");

    @ArchTest
    static final ArchRule capture_is_known_by_its_door = noClasses()
            .that()
            .resideOutsideOfPackage(CAPTURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CAPTURE_SOURCE, CAPTURE_LOG, CAPTURE_POSTGRES)
            .because("what it is made of is public for its own packages only: go through Capture and its package api");

    @ArchTest
    static final ArchRule capture_meets_engine_and_log_in_its_door = noClasses()
            .that()
            .resideInAPackage(CAPTURE)
            .and()
            .resideOutsideOfPackage(CAPTURE_POSTGRES)
            .and()
            .doNotHaveFullyQualifiedName("io.gemel.capture.Capture")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CAPTURE_POSTGRES)
            .because("another database engine must fit in: go through SourceDatabase");

    @ArchTest
    static final ArchRule only_the_door_of_apply_is_public = classes()
            .that()
            .resideInAPackage("io.gemel.apply")
            .and()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .should()
            .haveSimpleName("Applier")
            .because("the door has the room's name: make the class package-private");

    @ArchTest
    static final ArchRule apply_is_known_by_its_door = noClasses()
            .that()
            .resideOutsideOfPackage(APPLY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(APPLY_TARGET, APPLY_DECIDE, APPLY_LOG, APPLY_POSTGRES)
            .because("what it is made of is public for its own packages only: go through Applier and its package api");

    @ArchTest
    static final ArchRule what_the_applier_decides_it_decides_for_any_engine_and_broker = noClasses()
            .that()
            .resideInAnyPackage(APPLY_TARGET, APPLY_DECIDE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(APPLY_LOG, APPLY_POSTGRES)
            .because("another database engine must fit in: go through TargetRows and TargetTransaction");

    @ArchTest
    static final ArchRule apply_meets_the_engine_in_its_door = noClasses()
            .that()
            .resideInAPackage(APPLY)
            .and()
            .resideOutsideOfPackage(APPLY_POSTGRES)
            .and(are("not Applier", type -> !outermost(type).getSimpleName().equals("Applier")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(APPLY_POSTGRES)
            .because("another database engine must fit in: go through TargetDatabase");

    @ArchTest
    static final ArchRule only_the_door_of_the_vm_and_its_values_are_public = classes()
            .that()
            .resideInAPackage(VM)
            .and()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .should()
            .haveNameMatching(".*\\.(Vm[A-Za-z]*|Submission|Work|Result|Outcome|Answer|DerivedIds)")
            .because("the door has the room's name: make the class package-private, or name it for what callers see");

    @ArchTest
    static final ArchRule classes_are_final = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotAnonymousClasses()
            .and()
            .areNotEnums()
            .and()
            .doNotHaveModifier(JavaModifier.ABSTRACT)
            .should()
            .haveModifier(JavaModifier.FINAL)
            .because("nothing here is written to be extended: make it final, or sealed and abstract");

    @ArchTest
    static final ArchRule packages_are_null_marked = classes()
            .should(haveNullMarkedPackage())
            .because("NullAway checks marked packages only: add a package-info.java with a paragraph and @NullMarked");

    private static DescribedPredicate<JavaClass> are(String description, Predicate<JavaClass> test) {
        return describe(description, test);
    }

    static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    private static ArchCondition<JavaClass> haveNullMarkedPackage() {
        return new ArchCondition<>("be in a package marked with @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().tryGetPackageInfo().isPresent()
                        && type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(type, marked, type.getPackageName() + " is not marked"));
            }
        };
    }

    /** One slice per source file: nested classes belong to their outermost one. */
    private static final class ByFile implements SliceAssignment {
        @Override
        public String getDescription() {
            return "source files";
        }

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return resideInAnyPackage("io.gemel..").test(type)
                    ? SliceIdentifier.of(outermost(type).getName())
                    : SliceIdentifier.ignore();
        }
    }

    /** One slice per package of the modules; those of deploy are not told apart. */
    private static final class ByPackage implements SliceAssignment {
        @Override
        public String getDescription() {
            return "packages of modules";
        }

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return resideInAnyPackage("io.gemel..").test(type)
                            && !resideInAnyPackage(DEPLOY).test(type)
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }
    }
}
