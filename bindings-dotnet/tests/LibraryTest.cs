using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;

namespace DingTalk.ExtContact.Tests
{
    /// <summary>How the native library is found, or not: each in a process of its own.</summary>
    public static class LibraryTest
    {
        const string Variable = "DINGTALK_EXTCONTACT_LIBRARY";
        static readonly string Here = AppContext.BaseDirectory;
        static readonly string Own = Path.Combine(Here, "libdingtalk_extcontact.so");

        /// <summary>What is run there.</summary>
        internal static int MakeClient()
        {
            try
            {
                new Client(new ClientOptions { AccessToken = "token" }).Dispose();
                Console.WriteLine("made");
            }
            catch (DllNotFoundException error)
            {
                Console.WriteLine(error.Message);
            }
            return 0;
        }

        static string Run(string folder, string library)
        {
            var settings = new Dictionary<string, string> { { Variable, library } };
            int status = Host.Run(Path.Combine(folder, Path.GetFileName(Host.Self)), Runner.MakeClient, settings, out string said);
            Check.Equal(0, status, said);
            return said.Trim();
        }

        static void CopyWithoutLibrary(string folder)
        {
            foreach (string file in Directory.GetFiles(Here))
            {
                if (file != Own)
                    File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }
        }

        [Test]
        public static void ItIsFoundBesideThePackage()
        {
            Check.Equal("made", Run(Here, ""));
        }

        [Test]
        public static void AnotherOneIsNamedByAVariable()
        {
            using (var folder = new Folder())
            {
                CopyWithoutLibrary(folder / "");
                string other = folder / "\u5ba2 other.so";
                File.Copy(Own, other);
                Check.Equal("made", Run(folder / "", other));
            }
        }

        [Test]
        public static void WhereItIsMissingASentenceSaysSo()
        {
            using (var folder = new Folder())
            {
                CopyWithoutLibrary(folder / "");
                string said = Run(folder / "", "");
                Check.That(said.StartsWith("the native library of dingtalk-extcontact was looked for as dingtalk_extcontact in"), said);
                Check.That(said.Contains(folder / "") && !said.Contains("\n"), said);
                Check.That(said.EndsWith("and there is none that can be loaded; " + Variable + "=FILE names another"), said);
                Check.Equal("the native library of dingtalk-extcontact was looked for at /none/lib.so, and there is none that"
                    + " can be loaded; " + Variable + "=FILE names another", Run(Here, "/none/lib.so"));
            }
        }

        [Test]
        public static void AnotherVersionIsRefusedByName()
        {
            string own = typeof(Client).Assembly.GetName().Version.ToString(3);
            Func<string, string> version = text => "const char *dtx_version(void) { return \"" + text + "\"; }\n";
            var refusals = new Dictionary<string, string>
            {
                { version("0.0.9"), "it is of version 0.0.9, and this package needs " + own },
                { version(own) + "int dtx_version_number(void) { return 1; }", "it is of version " + own + ", and this package needs " },
                { version(own), "it is of version " + own + ", and this package needs " },
                { "int dtx_nothing;", "there is none that can be loaded" },
            };
            foreach (KeyValuePair<string, string> one in refusals)
            {
                using (var folder = new Folder())
                {
                    string library = folder / "libother.so";
                    File.WriteAllText(folder / "other.c", one.Key + "\n");
                    using (Process compiler = Host.Start("cc", "-shared -fPIC -o " + library + " " + folder / "other.c"))
                        compiler.WaitForExit();
                    string said = Run(Here, library);
                    Check.That(said.Contains(" at " + library + ", and " + one.Value), said);
                }
            }
        }
    }

    /// <summary>The runtime that these tests run under, for other programs: mono, or .NET's own.</summary>
    static class Host
    {
        internal static readonly string Self = typeof(Host).Assembly.Location;

        internal static Process Start(string program, string arguments, IDictionary<string, string> settings = null)
        {
            var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true };
            foreach (KeyValuePair<string, string> one in settings ?? new Dictionary<string, string>())
                start.EnvironmentVariables[one.Key] = one.Value;
            return Process.Start(start);
        }

        internal static int Run(string program, string arguments, IDictionary<string, string> settings, out string said)
        {
            string runtime = Process.GetCurrentProcess().MainModule.FileName;
            string how = Path.GetFileNameWithoutExtension(runtime) != "dotnet" ? ""
                : "exec --runtimeconfig " + Path.ChangeExtension(Self, ".runtimeconfig.json") + " ";
            using (Process process = Start(runtime, how + program + " " + arguments, settings))
            {
                said = process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                return process.ExitCode;
            }
        }
    }
}
