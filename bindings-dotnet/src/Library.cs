using System;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DingTalk.ExtContact
{
    /// <summary>Finds the native library, and refuses one of another version.</summary>
    internal static class Library
    {
        /// <summary>Names the file of another library than the one that is found by itself.</summary>
        private const string Variable = "DINGTALK_EXTCONTACT_LIBRARY";

        private static readonly Lazy<DllNotFoundException> Trouble = new Lazy<DllNotFoundException>(Load);

        /// <summary>
        /// Throws where there is no library to call. Whoever needs it calls this first, and C in another method: mono
        /// looks for all functions of a method before it runs that.
        /// </summary>
        internal static void Need()
        {
            if (Trouble.Value != null)
                throw Trouble.Value;
        }

        private static DllNotFoundException Load()
        {
            string file = Environment.GetEnvironmentVariable(Variable);
            bool named = !string.IsNullOrEmpty(file);
            string place = named ? "at " + file : "as " + Native.Name + " in the package, in "
                + AppContext.BaseDirectory + " and where the system's loader looks";
            string version = null;
            Exception cause = null;
            try
            {
                if (named)
                    Redirect(Path.GetFullPath(file));
                if (Fits(out version))
                    return null;
            }
            catch (Exception error) when (error is TypeLoadException || error is BadImageFormatException)
            {
                // No such file or function, or a file of another kind.
                cause = error;
            }
            string why = version == null ? "there is none that can be loaded"
                : "it is of version " + version + ", and this package needs " + Native.Version;
            return new DllNotFoundException("the native library of dingtalk-extcontact was looked for " + place
                + ", and " + why + "; " + Variable + "=FILE names another", cause);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static bool Fits(out string version)
        {
            version = Native.Text(Native.dtx_version());
            return (version + ".").StartsWith(Native.Abi + ".", StringComparison.Ordinal)
                && Native.dtx_version_number() >= Native.VersionNumber;
        }

        /// <summary>Has the functions of the library taken from a file. There is no one way to say that.</summary>
        private static void Redirect(string file)
        {
            Type native = Type.GetType("System.Runtime.InteropServices.NativeLibrary, System.Runtime.InteropServices");
            if (native != null) // .NET from Core 3.0 on
            {
                var load = (Func<string, IntPtr>)Delegate.CreateDelegate(typeof(Func<string, IntPtr>),
                    native.GetMethod("Load", new[] { typeof(string) }));
                Func<string, Assembly, DllImportSearchPath?, IntPtr> resolve =
                    (name, assembly, path) => name == Native.Name ? load(file) : IntPtr.Zero;
                MethodInfo set = native.GetMethod("SetDllImportResolver");
                set.Invoke(null, new object[] { typeof(Native).Assembly,
                    Delegate.CreateDelegate(set.GetParameters()[1].ParameterType, resolve.Target, resolve.Method) });
            }
            else if (Type.GetType("Mono.Runtime") != null)
                mono_dllmap_insert(
                    IntPtr.Zero, Native.Bytes(Native.Name, "name"), null, Native.Bytes(file, "file"), null);
            else
                throw new DllNotFoundException();
        }

        [DllImport("__Internal", CallingConvention = CallingConvention.Cdecl)]
        private static extern void mono_dllmap_insert(
            IntPtr assembly, byte[] dll, byte[] function, byte[] targetDll, byte[] targetFunction);
    }
}
