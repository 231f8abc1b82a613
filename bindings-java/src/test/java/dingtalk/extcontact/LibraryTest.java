package dingtalk.extcontact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the native library is found, or not: each in a Java of its own. */
class LibraryTest {
    @TempDir
    Path folder;

    /** What is run there. */
    static final class Main {
        public static void main(String[] arguments) {
            try {
                Client.builder().accessToken("token").build().close();
                System.out.println("made " + Dtx.dtx_version());
            } catch (UnsatisfiedLinkError error) {
                System.out.println(error.getMessage());
            }
        }
    }

    private static String run(String classes, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(Arrays.asList(options));
        command.addAll(Arrays.asList("-cp", classes, Main.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        InputStream output = process.getInputStream();
        for (int count; (count = output.read(buffer)) > 0;) {
            said.write(buffer, 0, count);
        }
        assertEquals(0, process.waitFor());
        return said.toString("UTF-8").trim();
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
        assertEquals("the native library of dingtalk-extcontact was looked for at /none/lib.so, and there is none that"
                + " can be loaded; -Ddingtalk_extcontact.library=FILE names another", said);
    }

    @Test
    void whereItIsMissingTheSentenceSaysSo() throws Exception {
        Path classes = folder.resolve("classes");
        Path from = java.nio.file.Paths.get(Client.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files.filter(one -> one.toString().endsWith(".class"))::iterator) {
                Path to = classes.resolve(from.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        String path = System.getProperty("java.class.path").replace(from.toString(), classes.toString());
        String said = run(path);
        assertTrue(said.startsWith("the native library of dingtalk-extcontact was looked for at linux-"), said);
        assertTrue(said.contains("/libdingtalk_extcontact.so in the class path, and there is none"), said);
        assertFalse(said.contains("\n"), said);
    }

    @Test
    void anotherVersionIsRefusedByName() throws Exception {
        Path source = folder.resolve("old.c");
        Path old = folder.resolve("libold.so");
        Files.write(source, "const char *dtx_version(void) { return \"0.0.9\"; }\n".getBytes("UTF-8"));
        assertEquals(0, new ProcessBuilder("cc", "-shared", "-fPIC", "-o", old.toString(), source.toString())
                .inheritIO().start().waitFor());
        assertEquals("the native library of dingtalk-extcontact was looked for at " + old
                + ", and it is of version 0.0.9, and this package needs " + Dtx.VERSION
                + "; -Ddingtalk_extcontact.library=FILE names another",
                run(System.getProperty("java.class.path"), "-Ddingtalk_extcontact.library=" + old));
    }
}
