package io.xylem.routing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.xylem.routing.domain.AllocationApplier;
import io.xylem.routing.domain.RoutingState;
import io.xylem.routing.domain.RoutingStateInMemory;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

@AnalyzeClasses(packages = "io.xylem.routing", importOptions = ImportOption.DoNotIncludeTests.class)
class LayeringTest {
    @ArchTest
    static final ArchRule theDomainKnowsTheModelAndTheJdkOnly = classes()
            .that()
            .resideInAPackage("..routing.domain..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "io.xylem.routing.domain..",
                    "io.xylem.model..",
                    "java.lang..",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "org.jspecify.annotations.."));

    @ArchTest
    static final ArchRule theDomainAsksNoClockAndThrowsNoDice = noClasses()
            .that()
            .resideInAPackage("..routing.domain..")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Clock.class, Instant.class, Random.class, UUID.class)
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule onlyTheApplierWrites = noClasses()
            .that(resideInAPackage("..routing.."))
            .and()
            .areNotAssignableTo(AllocationApplier.class)
            .and()
            .areNotAssignableTo(RoutingState.class)
            .should()
            .callMethodWhere(com.tngtech.archunit.base.DescribedPredicate.describe(
                    "the target writes state",
                    call -> call.getTargetOwner().isAssignableTo(RoutingState.class)
                            && call.getTarget().getName().matches("(put|remove|advance).*")));

    @ArchTest
    static final ArchRule siblingsDontKnowEachOther =
            noClasses().should().dependOnClassesThat(resideInAnyPackage("io.xylem.allocator..", "io.xylem.proxy.."));

    /** Routing chooses nothing; it is told which policies go by what others report. */
    @ArchTest
    static final ArchRule onlyMainAsksPolicies = noClasses()
            .that()
            .areNotAssignableTo(RoutingMain.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.xylem.balancing..");

    @ArchTest
    static final ArchRule queriesHangOnTheStreamAndNotTheStreamOnThem = noClasses()
            .that()
            .resideInAnyPackage("..routing.stream..", "..routing.domain..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..routing.query..");

    @ArchTest
    static final ArchRule theStateInMemoryIsForTests = noClasses()
            .that()
            .areNotAssignableTo(RoutingStateInMemory.class)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(RoutingStateInMemory.class);
}
