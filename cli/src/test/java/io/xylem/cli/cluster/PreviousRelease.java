package io.xylem.cli.cluster;

import io.xylem.cli.Skip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What ran before: the last commit whose programs differ from those under test, or the one that {@code -Dupgrade.from=}
 * names. It is built once into {@code target/}, without tests and without what only judges sources.
 */
public final class PreviousRelease {
    private static final String PROGRAMS = ":(glob)*/src/main/**";
    private static final String NOT_BENCH = ":(exclude)bench";
    private static final String BUILD_CLASS_PATH =
            "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath";

    private static final String JVM_FLAGS = "--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
            + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    /** A build that fails by these tells of the machine; by anything else it fails the test. */
    private static final Pattern MACHINES_FAULT = Pattern.compile("offline mode|Could not (find|resolve|transfer)"
            + "|No space left|OutOfMemory|Cannot allocate|Permission denied");

    private PreviousRelease() {}

    /** Leaves the test out where there is none, and says why. */
    public static Release build() throws IOException, InterruptedException {
        Path root = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
        String commit = commit(root);
        Path dir = root.resolve("cli/target/previous").resolve(commit);
        Path built = dir.resolve("built");
        if (!Files.exists(built)) {
            unpack(root, commit, dir);
            quicken(dir.resolve("pom.xml"));
            compile(dir);
            Files.createFile(built);
        }
        System.out.println("the previous version is " + commit);
        return new Release(
                "old",
                dir.resolve("cli/target/classes") + ":" + Files.readString(dir.resolve("cli/target/class-path")));
    }

    private static String commit(Path root) throws IOException, InterruptedException {
        String named = System.getProperty("upgrade.from");
        if (named != null) {
            return git(root, "rev-parse", "--verify", named + "^{commit}");
        }
        if (!git(root, "status", "--porcelain", "--", PROGRAMS, NOT_BENCH).isEmpty()) {
            return git(root, "rev-parse", "HEAD");
        }
        String last = git(root, "log", "-1", "--format=%H", "-m", "--first-parent", "HEAD", "--", PROGRAMS, NOT_BENCH);
        return git(root, "rev-parse", "--verify", last + "^");
    }

    private static String git(Path root, String... arguments) throws IOException, InterruptedException {
        // A build server may have fetched the sources as another user.
        var command = new ArrayList<>(List.of("git", "-c", "safe.directory=*", "-C", root.toString()));
        command.addAll(List.of(arguments));
        Process git;
        try {
            git = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw Skip.because("no previous version: git can't be started: " + e.getMessage());
        }
        String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (git.waitFor() != 0) {
            throw Skip.because(
                    "no previous version in the history that is here: " + String.join(" ", arguments) + ": " + said);
        }
        return said;
    }

    private static void unpack(Path root, String commit, Path dir) throws IOException, InterruptedException {
        Files.createDirectories(dir);
        Path archive = dir.resolve("sources.tar");
        var _ = git(root, "archive", "--output=" + archive, commit);
        run(dir, List.of("tar", "-xf", archive.toString()));
    }

    /** What judged the sources when they were new is left out, and the compiler then runs inside of Maven. */
    private static void quicken(Path pom) throws IOException {
        Files.writeString(
                pom,
                Files.readString(pom)
                        .replaceFirst("(?s)<compilerArgs>.*?</compilerArgs>", "")
                        .replaceFirst("(?s)<annotationProcessorPaths>.*?</annotationProcessorPaths>", "")
                        .replace("<fork>true</fork>", "")
                        .replace("<proc>full</proc>", "<proc>none</proc>"));
    }

    private static void compile(Path dir) throws IOException, InterruptedException {
        var command =
                new ArrayList<>(List.of("mvn", "-B", "-o", "-q", "-pl", "cli", "-am", "compile", BUILD_CLASS_PATH));
        command.addAll(List.of("-Dmdep.outputFile=target/class-path", "-Dmdep.includeScope=runtime"));
        command.addAll(List.of("-Dmaven.test.skip=true", "-Dspotless.apply.skip", "-Dspotless.check.skip"));
        String repository = System.getProperty("maven.repo.local");
        if (repository != null) {
            command.add("-Dmaven.repo.local=" + repository);
        }
        run(dir, command);
    }

    private static void run(Path dir, List<String> command) throws IOException, InterruptedException {
        Path log = dir.resolve("build.log");
        var builder = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().merge("MAVEN_OPTS", JVM_FLAGS, (given, ours) -> ours + " " + given);
        int status;
        try {
            status = builder.start().waitFor();
        } catch (IOException e) {
            throw Skip.because("the previous version can't be built here: " + e.getMessage());
        }
        if (status != 0) {
            String said = Files.readString(log);
            if (MACHINES_FAULT.matcher(said).find()) {
                throw Skip.because("the previous version can't be built here:\n" + said);
            }
            throw new AssertionError("the previous version does not build:\n" + said);
        }
    }
}
