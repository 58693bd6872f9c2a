package io.xylem.balancing;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Policies out of jars. Each jar has a class loader of its own, so that none meets another one's libraries; Xylem's API is
 * the process's. The loaders stay open as long as the process.
 */
final class PolicyJars {
    private static final String SERVICES = "META-INF/services/" + BalancingPolicy.class.getName();

    private PolicyJars() {}

    /** In the order of the jars' names. */
    static List<BalancingPolicy> load(Path directory) {
        List<BalancingPolicy> policies = new ArrayList<>();
        for (Path jar : jars(directory)) {
            policies.addAll(loadJar(jar));
        }
        return policies;
    }

    private static List<Path> jars(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new PolicyException("'" + directory + "' is no directory; " + Policies.DIRECTORY_SETTING
                    + " names one that holds the jars of balancing policies, or is empty");
        }
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*.jar")) {
            entries.forEach(jars::add);
        } catch (IOException e) {
            throw new PolicyException("the directory of balancing policies " + directory + " can't be read: " + e, e);
        }
        jars.sort(null);
        return jars;
    }

    private static List<BalancingPolicy> loadJar(Path jar) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (zip.getEntry(SERVICES) == null) {
                throw new PolicyException(jar + " has no " + SERVICES
                        + "; a policy's jar names its class there, one a line. Take other jars out of the directory");
            }
        } catch (ZipException e) {
            throw new PolicyException(jar + " is no jar: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new PolicyException(jar + " can't be read: " + e, e);
        }
        try {
            ClassLoader loader = new URLClassLoader(new URL[] {url(jar)}, BalancingPolicy.class.getClassLoader());
            List<BalancingPolicy> policies = ServiceLoader.load(BalancingPolicy.class, loader).stream()
                    // The loader also finds those on the class path.
                    .filter(provider -> loader.equals(provider.type().getClassLoader()))
                    .map(ServiceLoader.Provider::get)
                    .toList();
            if (policies.isEmpty()) {
                throw new PolicyException(
                        jar + " brings no balancing policy: its " + SERVICES + " names none of its own");
            }
            return policies;
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new PolicyException(
                    "the balancing policy in " + jar + " can't be loaded: " + e.getMessage()
                            + (e.getCause() == null ? "" : " (" + e.getCause() + ")")
                            + "; it needs a public class with a public constructor without parameters, compiled against"
                            + " this version of Xylem for Java 25 or older",
                    e);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new PolicyException(jar + " has no URL: " + e.getMessage(), e);
        }
    }
}
