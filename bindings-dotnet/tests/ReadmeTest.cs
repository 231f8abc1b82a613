using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace DingTalk.ExtContact.Tests
{
    /// <summary>The programs of the README, as they stand, against the sandbox.</summary>
    public static class ReadmeTest
    {
        [Test]
        public static void EveryProgramRuns()
        {
            string readme = File.ReadAllText(Environment.GetEnvironmentVariable("DTX_README"));
            MatchCollection blocks = Regex.Matches(readme, "^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline);
            Check.That(blocks.Count > 5, "there are programs");
            using (var folder = new Folder())
            {
                foreach (string file in Directory.GetFiles(AppContext.BaseDirectory))
                    File.Copy(file, folder / Path.GetFileName(file));
                // All in one, as the compiler takes its time: a file each, and what runs that which is named.
                string programs = folder / "programs.exe";
                string main = "class Programs { static void Main(string[] words) { switch (words[0]) {\n";
                string files = folder / "main.cs";
                for (int i = 0; i < blocks.Count; i++)
                {
                    main += "case \"" + i + "\": Program" + i + ".Run().GetAwaiter().GetResult(); break;\n";
                    files += " " + folder / "program" + i + ".cs";
                    File.WriteAllText(folder / "program" + i + ".cs", Class("Program" + i, blocks[i].Groups[1].Value));
                }
                File.WriteAllText(folder / "main.cs", main + "} } }\n");
                // A method without await is fine here.
                string options = "-warnaserror -nowarn:1998 -r:" + folder / "DingTalk.ExtContact.dll" + " -out:" + programs;
                using (Process compiler = Host.Start("mcs", options + " " + files))
                {
                    compiler.WaitForExit();
                    Check.Equal(0, compiler.ExitCode, "the compiler's exit status");
                }
                // Side by side: mono ends a program only when the library's threads have, after a second without work.
                Task.WaitAll(Enumerable.Range(0, blocks.Count)
                    .Select(i => Task.Factory.StartNew(() => Run(programs, i, folder / ""), TaskCreationOptions.LongRunning)).ToArray());
            }
        }

        /// <summary>What stands after the using directives is the body of a method.</summary>
        static string Class(string name, string program)
        {
            string body = Regex.Replace(program, "^using [\\w.]+;\n", "", RegexOptions.Multiline);
            string usings = program.Substring(0, program.Length - body.Length);
            Check.That(usings + body == program, "the using directives come first in " + program);
            return usings + "static class " + name + " { internal static async System.Threading.Tasks.Task Run() {\n" + body + "} }\n";
        }

        static void Run(string programs, int number, string temporary)
        {
            using (var sandbox = new Sandbox())
            {
                var settings = new Dictionary<string, string>
                {
                    { "DINGTALK_ENDPOINT", sandbox.Field("url") },
                    { "DINGTALK_APP_KEY", sandbox.Field("app_key") },
                    { "DINGTALK_APP_SECRET", sandbox.Field("app_secret") },
                    { "ID", sandbox.Ids[0] },
                    { "TMPDIR", temporary },
                };
                int status = Host.Run(programs, number.ToString(), settings, out string said);
                Check.Equal(0, status, "program " + number + ": " + said);
                Check.That(said != "", "program " + number + " says something");
            }
        }
    }
}
