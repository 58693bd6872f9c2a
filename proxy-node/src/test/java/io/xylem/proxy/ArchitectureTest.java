package io.xylem.proxy;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.ByteBuffer;

/** The rooms of the proxy and the doors between them. */
@AnalyzeClasses(packages = "io.xylem.proxy", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** Java's collections and texts, and buffers for packets: nothing that reads a clock, a file or a socket. */
    @ArchTest
    static final ArchRule theDomainIsPure = classes()
            .that()
            .resideInAPackage("io.xylem.proxy.domain")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                            "io.xylem.proxy.domain",
                            "io.xylem.model",
                            "io.xylem.balancing",
                            "java.lang",
                            "java.lang.runtime",
                            "java.lang.invoke",
                            "java.util",
                            "java.util.concurrent..",
                            "java.util.function",
                            "java.util.stream",
                            "org.jspecify.annotations")
                    .or(type(ByteBuffer.class)));

    @ArchTest
    static final ArchRule theDomainHasNoClockAndNoRandomness = noClasses()
            .that()
            .resideInAPackage("io.xylem.proxy.domain")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.(Random|UUID|SplittableRandom|concurrent\\.ThreadLocalRandom)")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class);

    @ArchTest
    static final ArchRule theDataPlaneKnowsNoKernelAndNoKafka = noClasses()
            .that()
            .resideInAPackage("io.xylem.proxy.dataplane")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.xylem.proxy.linux..",
                    "io.xylem.proxy.control..",
                    "io.xylem.schemas..",
                    "io.xylem.runtime..",
                    "org.apache.kafka..",
                    "java.net..",
                    "java.time.."));

    @ArchTest
    static final ArchRule nativeCodeHasOneRoom = noClasses()
            .that(not(resideInAPackage("io.xylem.proxy.linux")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.foreign");

    @ArchTest
    static final ArchRule theKernelKnowsNoRoutesAndNoKafka = noClasses()
            .that()
            .resideInAPackage("io.xylem.proxy.linux")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("io.xylem.proxy.control..", "io.xylem.schemas..", "org.apache.kafka.."));
}
