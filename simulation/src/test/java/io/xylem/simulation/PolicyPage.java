package io.xylem.simulation;

import io.xylem.balancing.BalancingPolicy;
import io.xylem.model.Ipv6Prefix;
import java.io.IOException;
import java.io.StringReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Does what docs/add-a-balancing-policy.md says, step by step, in an empty directory. */
final class PolicyPage {
    private static final Pattern BLOCK = Pattern.compile("```([a-z]+)\n(.*?)```", Pattern.DOTALL);

    private final Path directory;
    private final String page;

    PolicyPage(Path directory) throws IOException {
        this.directory = directory;
        page = Files.readString(Path.of("..", "docs", "add-a-balancing-policy.md"));
    }

    /** @return the folder that its setting names */
    Path carryOut() throws IOException, InterruptedException, URISyntaxException {
        write("Primary.java", block("java", 0));
        write("META-INF/services/io.xylem.balancing.BalancingPolicy", block("text", 0));
        Path lib = Files.createDirectory(directory.resolve("lib"));
        putJar(BalancingPolicy.class, lib.resolve("balancing.jar"));
        putJar(Ipv6Prefix.class, lib.resolve("model.jar"));
        run(block("sh", 0), lib);
        Properties settings = new Properties();
        settings.load(new StringReader(block("properties", 0)));
        return directory.resolve(settings.getProperty("xylem.policies.dir"));
    }

    /** The n-th block of that language, counted from 0. */
    String block(String language, int n) {
        List<String> blocks = new ArrayList<>();
        for (Matcher matcher = BLOCK.matcher(page); matcher.find(); ) {
            if (matcher.group(1).equals(language)) {
                blocks.add(matcher.group(2));
            }
        }
        return blocks.get(n);
    }

    private void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void run(String script, Path lib) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-ec", script);
        builder.directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("XYLEM_LIB", lib.toString());
        builder.environment()
                .merge(
                        "PATH",
                        Path.of(System.getProperty("java.home"), "bin").toString(),
                        (path, jdk) -> jdk + ":" + path);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the page's commands ended with " + process.exitValue() + ":\n" + output);
        }
    }

    /** The jar that the class is out of, or one made of the directory of classes. */
    private static void putJar(Class<?> one, Path jar) throws IOException, URISyntaxException {
        Path source =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isRegularFile(source)) {
            Files.copy(source, jar);
            return;
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(source.relativize(file).toString()));
                out.write(Files.readAllBytes(file));
            }
        }
    }
}
