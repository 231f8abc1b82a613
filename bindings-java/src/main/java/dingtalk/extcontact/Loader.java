package dingtalk.extcontact;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the native library: in the jar, in the folder of this platform, or where a property says. */
final class Loader {
    /** Names the file of another library than the one in the jar. */
    private static final String PROPERTY = "dingtalk_extcontact.library";
    /** Folders as JNA names them; it has no name of its own for musl. */
    private static final String[] PLATFORMS = {"linux-x86-64", "linux-aarch64", "linux-x86-64-musl",
            "linux-aarch64-musl", "win32-x86-64", "win32-aarch64", "darwin-x86-64", "darwin-aarch64"};

    /** Why there is none; null where there is. */
    private static final UnsatisfiedLinkError PROBLEM = problem();

    private Loader() {}

    /** Says the same each time where there is none: a static initializer that fails says why once alone. */
    static void check() {
        if (PROBLEM != null) {
            throw (UnsatisfiedLinkError) new UnsatisfiedLinkError(PROBLEM.getMessage()).initCause(PROBLEM);
        }
    }

    private static UnsatisfiedLinkError problem() {
        String other = System.getProperty(PROPERTY);
        String platform = platform(Platform.RESOURCE_PREFIX, Paths.get("/proc/self/maps"));
        boolean there = other != null ? new File(other).exists() : has(platform);
        String version = null;
        try {
            File file = other != null ? new File(other).getAbsoluteFile()
                    : Native.extractFromResourcePath("/" + path(platform), Loader.class.getClassLoader());
            NativeLibrary library = NativeLibrary.getInstance(file.getPath(),
                    Collections.singletonMap(Library.OPTION_STRING_ENCODING, "UTF-8"));
            version = library.getFunction("dtx_version").invokeString(new Object[0], false);
            if (version.startsWith(Dtx.ABI + ".")) {
                Native.register(Dtx.class, library);
                return null;
            }
            return refused(other, platform, "which is of version " + version + ", and not " + Dtx.VERSION, null);
        } catch (IOException | LinkageError cause) {
            String had = Arrays.stream(PLATFORMS).filter(Loader::has).collect(Collectors.joining(", "));
            return refused(other, platform,
                    version != null ? "which is an older one of version " + version + " (" + cause.getMessage() + ")"
                    : there ? "which cannot be loaded"
                    : other != null ? "where nothing is"
                    : had.isEmpty() ? "which has none for any platform" : "which has only those for " + had, cause);
        }
    }

    private static UnsatisfiedLinkError refused(String other, String platform, String why, Throwable cause) {
        String message = "the native library of dingtalk-extcontact for " + platform + " was looked for at "
                + (other != null ? other : path(platform) + " in the class path") + ", " + why
                + "; take a jar that has this platform, or name its file with -D" + PROPERTY + "=FILE";
        return (UnsatisfiedLinkError) new UnsatisfiedLinkError(message).initCause(cause);
    }

    /** The folder of the platform that this is, by JNA's name of it and what the process has mapped. */
    static String platform(String prefix, Path mapped) {
        try (Stream<String> lines = Files.lines(mapped, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.contains("/ld-musl-")) ? prefix + "-musl" : prefix;
        } catch (IOException notLinux) {
            return prefix;
        }
    }

    private static boolean has(String platform) {
        return Loader.class.getClassLoader().getResource(path(platform)) != null;
    }

    private static String path(String platform) {
        String name = "dingtalk_extcontact";
        return platform + "/" + (platform.startsWith("win32") ? name + ".dll"
                : "lib" + name + (platform.startsWith("darwin") ? ".dylib" : ".so"));
    }
}
