package io.gemel.deploy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** What each package of the router may know. Circles of packages are {@link ArchitectureTest}'s matter. */
@AnalyzeClasses(packages = "io.gemel", importOptions = DoNotIncludeTests.class)
final class RouterArchitectureTest {
    private static final String ROUTER = "io.gemel.router..";
    private static final String DOOR = "io.gemel.router";
    private static final String API = "io.gemel.router.api";
    private static final String REQUEST = "io.gemel.router.request";
    private static final String DECISION = "io.gemel.router.decision";
    private static final String REPORT = "io.gemel.router.report";
    private static final String HTTP = "io.gemel.router.http";
    private static final String CLIENT = "io.gemel.router.client";
    private static final String EXCHANGE = "io.gemel.router.exchange";
    private static final String FLEET = "io.gemel.router.fleet";

    @ArchTest
    static final ArchRule a_request_goes_from_its_client_down_to_what_is_decided = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("door")
            .definedBy(DOOR)
            .layer("exchange")
            .definedBy(EXCHANGE)
            .layer("fleet")
            .definedBy(FLEET)
            .layer("client")
            .definedBy(CLIENT)
            .layer("http")
            .definedBy(HTTP)
            .layer("report")
            .definedBy(REPORT)
            .layer("decision")
            .definedBy(DECISION)
            .layer("request")
            .definedBy(REQUEST)
            .layer("api")
            .definedBy(API)
            .whereLayer("door")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("exchange")
            .mayOnlyBeAccessedByLayers("door")
            .whereLayer("fleet")
            .mayOnlyBeAccessedByLayers("door")
            .whereLayer("client")
            .mayOnlyBeAccessedByLayers("door", "exchange")
            .whereLayer("http")
            .mayOnlyBeAccessedByLayers("door", "exchange", "fleet", "client")
            .whereLayer("report")
            .mayOnlyBeAccessedByLayers("door", "exchange", "fleet", "client")
            .whereLayer("decision")
            .mayOnlyBeAccessedByLayers("door", "exchange", "fleet", "client", "report")
            .whereLayer("api")
            .mayNotAccessAnyLayer()
            .because("what both of two packages need belongs into the lower one: move it there, or hand it a value");

    @ArchTest
    static final ArchRule what_is_decided_is_decided_without_a_network = noClasses()
            .that()
            .resideInAnyPackage(API, REQUEST, DECISION, REPORT)
            .should()
            .dependOnClassesThat(describe(
                    "speak to others",
                    (JavaClass type) ->
                            resideInAnyPackage("io.vertx..", "io.netty..", "java.net.http..", "java.nio.channels..")
                                            .test(type)
                                    && !type.getPackageName().equals("io.netty.handler.ipfilter")))
            .because(
                    "verdicts and rules are tested by value: hand them what was heard, and act on the answer elsewhere");

    @ArchTest
    static final ArchRule what_is_decided_is_decided_without_a_clock_or_a_thread = noClasses()
            .that()
            .resideInAnyPackage(API, REQUEST, DECISION, REPORT)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.lang\\.Thread|java\\.util\\.concurrent\\.(.*Executor.*|Future|CompletableFuture)")
            .because("verdicts and rules are tested by value: hand them the time");

    @ArchTest
    static final ArchRule only_the_door_is_public = classes()
            .that()
            .resideInAPackage(DOOR)
            .and()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .should()
            .haveSimpleName("Router")
            .because("the door has the room's name: make the class package-private");

    /** Of the package api, and for the router's own packages only. */
    private static final Set<String> SHARED_INSIDE = Set.of("RouteChecks", "Settings");

    @ArchTest
    static final ArchRule the_router_is_known_by_its_door = noClasses()
            .that()
            .resideOutsideOfPackage(ROUTER)
            .should()
            .dependOnClassesThat(describe(
                    "are neither Router nor of its package api",
                    (JavaClass type) ->
                            resideInAnyPackage(ROUTER).test(type) && !isDoor(ArchitectureTest.outermost(type))))
            .because("what it is made of is public for its own packages only: go through Router and its package api");

    private static boolean isDoor(JavaClass type) {
        return type.getName().equals(DOOR + ".Router")
                || (type.getPackageName().equals(API) && !SHARED_INSIDE.contains(type.getSimpleName()));
    }
}
