package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/publishing.md is compiled and run as it stands there, and the package's is the same. */
class PublishingDocIT {
    private static final Path ROOT = Path.of("..");
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SNIPPET = Pattern.compile("\\{@snippet :\n(.*?)\n \\* \\}\n \\*\n", Pattern.DOTALL);

    @TempDir
    Path dir;

    @Test
    void theExampleOfTheDocumentationPrintsItsTwoOutcomes() throws Exception {
        Path source = Files.writeString(dir.resolve("PublishExample.java"), example());
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-cp", classPath(), "-d", dir.toString(), source.toString());
        assertThat(status).as("the compiler's").isZero();

        List<String> printed;
        try (var loader = new URLClassLoader(
                new URL[] {dir.toUri().toURL()}, Thread.currentThread().getContextClassLoader())) {
            printed = run(loader.loadClass("PublishExample"));
        }
        assertThat(printed).hasSize(2);
        assertThat(printed.get(0)).contains("\"status\":\"accepted\"", "\"service\":\"shop.prod.web.prod\"", "\"RR\"");
        assertThat(printed.get(1)).contains("\"status\":\"rejected\"", "\"code\":\"UNKNOWN_WORKER\"");
    }

    @Test
    void theExampleOfThePackageIsThatOfTheDocumentation() throws Exception {
        String docs = Files.readString(ROOT.resolve("publisher/src/main/java/io/xylem/publish/package-info.java"));
        Matcher snippet = SNIPPET.matcher(docs);
        assertThat(snippet.find()).isTrue();
        String lines = snippet.group(1).replaceAll("(?m)^ \\* ?", "").strip();
        assertThat(example().replaceAll("(?m)^ {8}", "")).contains(lines);
    }

    private static String example() throws Exception {
        Matcher example = EXAMPLE.matcher(Files.readString(ROOT.resolve("docs/publishing.md")));
        assertThat(example.find()).isTrue();
        return example.group(1);
    }

    /** Surefire's class path is a jar that names the others; the compiler follows it. */
    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private static List<String> run(Class<?> example) throws Exception {
        var printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            example.getMethod("main", String[].class).invoke(null, (Object) new String[] {
                SharedCluster.state().bootstrap(), SharedCluster.state().registryUrl()
            });
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
