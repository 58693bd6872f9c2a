package io.xylem.balancing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Policies that exist in a test only: sources, compiled and packed. */
final class JarOf {
    private JarOf() {}

    /** A class {@code of.test.NAME} whose policy is named {@code ipType} and chooses the last candidate. */
    static Path policy(Path jar, String className, String ipType, String v6Prefix) throws IOException {
        return policy(jar, "final class " + className, "", ipType, v6Prefix);
    }

    /** @param declaration e.g. {@code final class Name}; {@code members}: more of the class */
    static Path policy(Path jar, String declaration, String members, String ipType, String v6Prefix)
            throws IOException {
        String className = declaration.substring(declaration.lastIndexOf(' ') + 1);
        String source = """
                package of.test;

                import io.xylem.balancing.*;
                import io.xylem.model.Ipv6Prefix;

                public %s implements BalancingPolicy {
                    %s
                    public String ipType() { return "%s"; }
                    public String descriptorField() { return "%s_ip"; }
                    public Ipv6Prefix v6Prefix() { return Ipv6Prefix.parse("%s"); }
                    public InstanceChooser newChooser() { return choice -> choice.candidates().size() - 1; }
                }
                """.formatted(declaration, members, ipType, ipType, v6Prefix);
        return pack(jar, "of.test." + className + "\n", compile(className, source));
    }

    /** @param services what the jar's list of policies says; {@code classes}: the root of what else is in it */
    static Path pack(Path jar, String services, Path classes) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> files = Files.walk(classes)) {
            out.putNextEntry(new JarEntry("META-INF/services/" + BalancingPolicy.class.getName()));
            out.write(services.getBytes(StandardCharsets.UTF_8));
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(path).toString().replace('\\', '/')));
                out.write(Files.readAllBytes(path));
            }
        }
        return jar;
    }

    private static Path compile(String className, String source) throws IOException {
        Path directory = Files.createTempDirectory("xylem-policy-");
        Path file = Files.writeString(directory.resolve(className + ".java"), source);
        Path classes = Files.createDirectory(directory.resolve("classes"));
        List<String> options = new ArrayList<>(List.of("-proc:none", "-nowarn", "-cp"));
        options.add(System.getProperty("java.class.path"));
        options.addAll(List.of("-d", classes.toString(), file.toString()));
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, options.toArray(String[]::new));
        if (status != 0) {
            throw new IllegalStateException("the compiler ended with " + status + ":\n" + source);
        }
        return classes;
    }
}
