package io.xylem.audit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What makes the audit a second opinion. */
@AnalyzeClasses(packages = "io.xylem.audit", importOptions = ImportOption.DoNotIncludeTests.class)
class LayeringTest {
    @ArchTest
    static final ArchRule SHARES_NO_CODE_WITH_WHAT_IT_CHECKS = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.xylem.allocator..", "io.xylem.routing..", "io.xylem.proxy..", "io.xylem.cli..");

    @ArchTest
    static final ArchRule WRITES_NOTHING =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.apache.kafka.clients.producer..");
}
