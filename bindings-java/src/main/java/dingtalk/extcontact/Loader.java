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

    private Loader() {}

    static void register(Class<?> declarations) {
        String other = System.getProperty(PROPERTY);
        String inside = path(platform(Platform.RESOURCE_PREFIX, Paths.get("/proc/self/maps")));
        String version = null;
        try {
            File file = other != null ? new File(other).getAbsoluteFile()
                    : Native.extractFromResourcePath("/" + inside, Loader.class.getClassLoader());
            NativeLibrary library = NativeLibrary.getInstance(file.getPath(),
                    Collections.singletonMap(Library.OPTION_STRING_ENCODING, "UTF-8"));
            version = library.getFunction("dtx_version").invokeString(new Object[0], false);
            if (version.equals(Dtx.ABI) || version.startsWith(Dtx.ABI + ".")) {
                Native.register(declarations, library);
                return;
            }
        } catch (IOException | UnsatisfiedLinkError cause) {
            throw refused(other, inside, version == null ? "there is none that can be loaded"
                    : "it is an older one of version " + version + " (" + cause.getMessage() + ")", cause);
        }
        throw refused(other, inside, "it is of version " + version + ", and this package needs " + Dtx.VERSION, null);
    }

    private static UnsatisfiedLinkError refused(String other, String inside, String why, Throwable cause) {
        String had = Arrays.stream(PLATFORMS).filter(Loader::has).collect(Collectors.joining(", "));
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(
                "the native library of dingtalk-extcontact was looked for at "
                + (other != null ? other : inside + " in the class path, which has it for "
                        + (had.isEmpty() ? "no platform" : had))
                + ", and " + why + "; -D" + PROPERTY + "=FILE names another");
        error.initCause(cause);
        return error;
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
