using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DingTalk.ExtContact
{
    /// <summary>What .NET has to do by itself to call C: text, results and options by name.</summary>
    internal static partial class Native
    {
        internal const string Name = "dingtalk_extcontact";

        /// <summary>Throws where text is not valid UTF-16, instead of putting question marks in.</summary>
        private static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        /// <summary>A function of the library that makes something, or an error.</summary>
        internal delegate int Maker(out IntPtr made, out IntPtr error);

        /// <summary>A function of the library that sets an option by its name.</summary>
        internal delegate int Setter<T>(T options, byte[] name, byte[] text);

        /// <summary>
        /// UTF-8 with a NUL at its end. Neither a NUL inside, which would end the text for C, nor a question mark
        /// instead of half a character: another contact could be meant then.
        /// </summary>
        internal static byte[] Bytes(string text, string name)
        {
            if (text == null)
                throw new ArgumentNullException(name);
            if (text.IndexOf('\0') >= 0)
                throw new ArgumentException("text with a NUL character in it", name);
            try
            {
                return Utf8.GetBytes(text + '\0');
            }
            catch (EncoderFallbackException)
            {
                throw new ArgumentException("text with half of a character in it (a lone surrogate)", name);
            }
        }

        /// <summary>A copy; null where it is not known. The library's text stays the library's.</summary>
        internal static string Text(IntPtr text)
        {
            if (text == IntPtr.Zero)
                return null;
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0)
                length++;
            byte[] bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Utf8.GetString(bytes);
        }

        internal static IReadOnlyList<T> List<T>(ulong count, Func<ulong, T> at)
        {
            var list = new List<T>();
            for (ulong place = 0; place < count; place++)
                list.Add(at(place));
            return list.AsReadOnly();
        }

        /// <summary>What a function made, or its error thrown.</summary>
        internal static IntPtr Made(Maker make)
        {
            make(out IntPtr made, out IntPtr error);
            if (error != IntPtr.Zero)
                throw DingTalkException.Take(error);
            return made;
        }

        // What is wrong is reported where the options are used.

        internal static void Give<T>(Setter<T> set, T options, string name, string value)
        {
            if (value != null)
                set(options, Bytes(name, "name"), Bytes(value, name));
        }

        internal static void Give<T>(Setter<T> set, T options, string name, int? value)
        {
            Give(set, options, name, value?.ToString(CultureInfo.InvariantCulture));
        }

        internal static void Give<T>(Setter<T> set, T options, string name, bool? value)
        {
            Give(set, options, name, value == null ? null : value.Value ? "true" : "false");
        }

        internal static void Give<T>(Setter<T> set, T options, string name, TimeSpan? value)
        {
            Give(set, options, name,
                (value?.Ticks / TimeSpan.TicksPerMillisecond)?.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>An object of the library that frees itself, and that is not freed while a call uses it.</summary>
    internal abstract class Handle : SafeHandle
    {
        protected Handle(IntPtr pointer) : base(IntPtr.Zero, true)
        {
            SetHandle(pointer);
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }
    }
}
