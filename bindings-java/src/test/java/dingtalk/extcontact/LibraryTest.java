package dingtalk.extcontact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the native library is found, or not: each in a Java of its own. */
class LibraryTest {
    @TempDir
    Path folder;

    private static final String TAKE = "take a jar that has this platform, or name its file with"
            + " -Ddingtalk_extcontact.library=FILE";

    /** What is run there. */
    static final class Main {
        public static void main(String[] arguments) {
            Set<String> said = new LinkedHashSet<>(); // each call says the same
            for (Runnable call : Arrays.<Runnable>asList(
                    () -> Client.builder().accessToken("token").build().close(),
                    () -> Client.builder().accessToken("token").buildShared().close(),
                    () -> Client.fromEnv().close(), Client::readJournal, Cancellation::new,
                    () -> Client.logTo(LogLevel.OFF, null))) {
                try {
                    call.run();
                    said.add("made " + Dtx.dtx_version());
                } catch (DingTalkException withoutCredentials) {
                    said.add("made " + Dtx.dtx_version());
                } catch (UnsatisfiedLinkError error) {
                    said.add(error.getMessage());
                }
            }
            said.forEach(System.out::println);
        }
    }

    private static String run(String classes, String... options) throws IOException, InterruptedException {
        return Server.said(Server.java(System.getProperty("java.home"), classes, Main.class,
                Collections.singletonMap("LC_ALL", "C"), options));
    }

    @Test
    void itIsFoundByItself() throws Exception {
        assertEquals("made " + Dtx.VERSION, run(System.getProperty("java.class.path")));
    }

    @Test
    void anotherOneIsNamedByAProperty() throws Exception {
        String other = Server.BUILT.resolve("libdingtalk_extcontact.so").toString();
        assertEquals("made " + Dtx.VERSION,
                run(System.getProperty("java.class.path"), "-Ddingtalk_extcontact.library=" + other));
        String said = run(System.getProperty("java.class.path"), "-Ddingtalk_extcontact.library=/none/lib.so");
        assertTrue(said.startsWith("the native library of dingtalk-extcontact for linux-"), said);
        assertTrue(said.endsWith(" was looked for at /none/lib.so, where nothing is; " + TAKE), said);
        assertFalse(said.contains("\n"), said);
    }

    /** The class path with the package's classes in a folder without libraries, but for empty ones. */
    private String without(String... platforms) throws Exception {
        Path classes = folder.resolve("classes");
        Path from = Paths.get(Client.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files.filter(one -> one.toString().endsWith(".class"))::iterator) {
                Path to = classes.resolve(from.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        for (String library : platforms) {
            Files.createDirectories(classes.resolve(library).getParent());
            Files.write(classes.resolve(library), new byte[1]);
        }
        return System.getProperty("java.class.path").replace(from.toString(), classes.toString());
    }

    @Test
    void whereItIsMissingTheSentenceSaysSo() throws Exception {
        String said = run(without());
        assertTrue(said.startsWith("the native library of dingtalk-extcontact for linux-"), said);
        assertTrue(said.endsWith("/libdingtalk_extcontact.so in the class path, which has none for any platform; "
                + TAKE), said);
        assertFalse(said.contains("\n"), said);
    }

    @Test
    void theSentenceListsThePlatformsOfTheJar() throws Exception {
        String said = run(without("win32-x86-64/dingtalk_extcontact.dll", "darwin-aarch64/libdingtalk_extcontact.dylib",
                "linux-x86-64-musl/libdingtalk_extcontact.so"));
        assertTrue(said.contains(
                ", which has only those for linux-x86-64-musl, win32-x86-64, darwin-aarch64; " + TAKE), said);
    }

    @Test
    void oneThatIsDamagedIsNotCalledMissing() throws Exception {
        Path damaged = Files.write(folder.resolve("damaged.so"), new byte[1]);
        String said = run(System.getProperty("java.class.path"), "-Ddingtalk_extcontact.library=" + damaged);
        assertTrue(said.endsWith(" was looked for at " + damaged + ", which cannot be loaded; " + TAKE), said);
    }

    @Test
    void muslHasAFolderOfItsOwn() throws Exception {
        Path mapped = folder.resolve("maps");
        Files.write(mapped, "7f00-7f01 r-xp 0 00:00 0 /usr/lib/libc.so.6\n".getBytes("UTF-8"));
        assertEquals("linux-x86-64", Loader.platform("linux-x86-64", mapped));
        Files.write(mapped, "7f00-7f01 r-xp 0 00:00 0 /lib/ld-musl-x86_64.so.1\n".getBytes("UTF-8"));
        assertEquals("linux-x86-64-musl", Loader.platform("linux-x86-64", mapped));
        assertEquals("win32-x86-64", Loader.platform("win32-x86-64", folder.resolve("none")));
    }

    /** A library that has nothing but a version. */
    private Path stub(String version) throws Exception {
        Path source = folder.resolve("stub.c");
        Path library = folder.resolve("libstub" + version + ".so");
        Files.write(source, ("const char *dtx_version(void) { return \"" + version + "\"; }\n").getBytes("UTF-8"));
        assertEquals(0, new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                .inheritIO().start().waitFor());
        return library;
    }

    @Test
    void anotherVersionIsRefusedByName() throws Exception {
        Path old = stub("0.0.9");
        String said = run(System.getProperty("java.class.path"), "-Ddingtalk_extcontact.library=" + old);
        assertTrue(said.endsWith(" was looked for at " + old + ", which is of version 0.0.9, and not " + Dtx.VERSION
                + "; " + TAKE), said);
    }

    @Test
    void oneThatLacksAFunctionIsTooOld() throws Exception {
        String said = run(System.getProperty("java.class.path"), "-Ddingtalk_extcontact.library=" + stub(Dtx.VERSION));
        assertTrue(said.contains(", which is an older one of version " + Dtx.VERSION + " ("), said);
        assertTrue(said.contains("dtx_"), said);
    }
}
