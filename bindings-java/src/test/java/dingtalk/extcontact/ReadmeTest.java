package dingtalk.extcontact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of the READMEs, as they stand, against the sandbox. */
class ReadmeTest {
    @TempDir
    Path folder;

    @Test
    void everyProgramRuns() throws Exception {
        int ran = 0;
        try (Server.Sandbox sandbox = new Server.Sandbox()) {
            for (String readme : new String[] {"README.md", "../README.md"}) {
                String text = new String(Files.readAllBytes(Paths.get(readme)), StandardCharsets.UTF_8);
                Matcher block = Pattern.compile("(?ms)^```java\n(.*?)^```$").matcher(text);
                while (block.find()) {
                    run(sandbox, block.group(1), "Program" + ran++);
                }
            }
        }
        assertEquals(9, ran);
    }

    /** What is no class of its own is the body of a main method, but for its imports. */
    private void run(Server.Sandbox sandbox, String program, String name) throws Exception {
        Matcher own = Pattern.compile("public class (\\w+)").matcher(program);
        if (own.find()) {
            name = own.group(1);
        } else {
            int body = program.lastIndexOf("import ") < 0 ? 0 : program.indexOf('\n', program.lastIndexOf("import "));
            program = program.substring(0, body) + "\npublic class " + name
                    + " { public static void main(String[] arguments) throws Exception {" + program.substring(body) + "} }";
        }
        Path source = folder.resolve(name + ".java");
        Files.write(source, program.getBytes(StandardCharsets.UTF_8));
        String classes = System.getProperty("java.class.path");
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null,
                "-cp", classes, "-d", folder.toString(), source.toString()), name);
        File said = folder.resolve(name + ".txt").toFile();
        ProcessBuilder builder = new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                "-cp", classes + File.pathSeparator + folder, name)
                .directory(folder.toFile()).redirectErrorStream(true).redirectOutput(said);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(one -> one.startsWith("DINGTALK_"));
        environment.put("PATH", Server.BUILT.toAbsolutePath() + File.pathSeparator + environment.get("PATH"));
        environment.put("DINGTALK_ENDPOINT", sandbox.field("url"));
        environment.put("DINGTALK_APP_KEY", sandbox.field("app_key"));
        environment.put("DINGTALK_APP_SECRET", sandbox.field("app_secret"));
        int status = builder.start().waitFor();
        String output = new String(Files.readAllBytes(said.toPath()), StandardCharsets.UTF_8);
        assertEquals(0, status, program + output);
        assertTrue(!output.contains("Exception"), program + output);
    }
}
