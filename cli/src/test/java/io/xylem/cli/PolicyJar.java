package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The policy {@code primary} of the page "Add a balancing policy": every flow goes to the lowest number. */
public final class PolicyJar {
    private static final Path PAGE = Path.of("..", "docs", "add-a-balancing-policy.md");
    private static final Pattern SOURCE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private PolicyJar() {}

    /** Where processes find it that start from now on. */
    public static void dropInto(Path policies) throws IOException {
        Files.createDirectories(policies);
        Path work = Files.createTempDirectory("policy-");
        Matcher source = SOURCE.matcher(Files.readString(PAGE));
        assertThat(source.find()).isTrue();
        Path file = Files.writeString(work.resolve("Primary.java"), source.group(1));
        Path classes = work.resolve("classes");
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        file.toString());
        assertThat(status).isZero();
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(policies.resolve("primary.jar")));
                Stream<Path> compiled = Files.walk(classes)) {
            put(
                    jar,
                    "META-INF/services/io.xylem.balancing.BalancingPolicy",
                    "com.example.Primary".getBytes(StandardCharsets.UTF_8));
            for (Path one : compiled.filter(Files::isRegularFile).toList()) {
                put(jar, classes.relativize(one).toString(), Files.readAllBytes(one));
            }
        } finally {
            DemoCommand.delete(work);
        }
    }

    private static void put(JarOutputStream jar, String name, byte[] bytes) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(bytes);
    }
}
