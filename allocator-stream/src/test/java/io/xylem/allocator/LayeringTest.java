package io.xylem.allocator;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.xylem.allocator.domain.Applier;
import io.xylem.allocator.domain.WriteTable;

@AnalyzeClasses(packages = "io.xylem.allocator", importOptions = ImportOption.DoNotIncludeTests.class)
class LayeringTest {
    private static final String DOMAIN = "io.xylem.allocator.domain";

    @ArchTest
    static final ArchRule THE_DOMAIN_IS_PURE = classes()
            .that()
            .resideInAPackage(DOMAIN)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    DOMAIN,
                    "io.xylem.model",
                    "io.xylem.balancing",
                    "org.jspecify.annotations",
                    "java.lang",
                    "java.lang.invoke",
                    "java.lang.runtime",
                    "java.nio.charset",
                    "java.security",
                    "java.util",
                    "java.util.function",
                    "java.util.regex",
                    "java.util.stream",
                    "java.time"));

    @ArchTest
    static final ArchRule NO_CLOCK_AND_NO_CHANCE = noClasses()
            .that()
            .resideInAPackage(DOMAIN)
            .should()
            .accessTargetWhere(new DescribedPredicate<JavaAccess<?>>("clock or randomness") {
                @Override
                public boolean test(JavaAccess<?> access) {
                    String owner = access.getTargetOwner().getName();
                    String name = access.getTarget().getName();
                    return name.equals("now")
                            || name.equals("currentTimeMillis")
                            || name.equals("nanoTime")
                            || name.equals("randomUUID")
                            || name.equals("random")
                            || owner.equals("java.util.Random")
                            || owner.equals("java.util.concurrent.ThreadLocalRandom");
                }
            });

    @ArchTest
    static final ArchRule ONLY_THE_APPLIER_WRITES = noClasses()
            .that(not(writers()))
            .and()
            .resideInAPackage(DOMAIN)
            .should()
            .accessTargetWhere(new DescribedPredicate<JavaAccess<?>>("a table's put or remove") {
                @Override
                public boolean test(JavaAccess<?> access) {
                    return access.getTargetOwner().isAssignableTo(WriteTable.class)
                            && (access.getTarget().getName().equals("put")
                                    || access.getTarget().getName().equals("remove"));
                }
            });

    private static DescribedPredicate<JavaClass> writers() {
        return DescribedPredicate.describe(
                "the applier with its sets of runs, the draft under it, and who enters what a store leaves out",
                type -> type.isEquivalentTo(Applier.class)
                        || type.getName().equals(DOMAIN + ".Spans")
                        || type.getName().equals(DOMAIN + ".Holders")
                        || type.getName().startsWith(DOMAIN + ".Draft"));
    }
}
