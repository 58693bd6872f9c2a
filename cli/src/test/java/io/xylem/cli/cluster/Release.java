package io.xylem.cli.cluster;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A version of Xylem that processes can be started from. */
public record Release(String name, String classPath) {
    /** The one under test. */
    public static Release current() {
        return new Release("new", System.getProperty("java.class.path"));
    }

    /** Of the allocator's store: no version reads a later one than its own. */
    public char stateFormat() {
        URL[] urls = Pattern.compile(File.pathSeparator)
                .splitAsStream(classPath)
                .map(entry -> url(Path.of(entry)))
                .toArray(URL[]::new);
        try (var loader = new URLClassLoader(urls, null)) {
            Field format =
                    loader.loadClass("io.xylem.allocator.stream.StoreFormat").getDeclaredField("FORMAT");
            format.setAccessible(true);
            return format.getChar(null);
        } catch (ReflectiveOperationException | IOException e) {
            throw new IllegalStateException("version '" + name + "' does not tell its store's format", e);
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(path + " is no place of classes", e);
        }
    }

    /** The same command with this version's classes. */
    List<String> of(List<String> command) {
        var changed = new ArrayList<>(command);
        changed.set(command.indexOf("-cp") + 1, classPath);
        return changed;
    }
}
