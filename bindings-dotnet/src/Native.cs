using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

namespace DingTalk.ExtContact
{
    /// <summary>What .NET has to do by itself to call C: text, options and lists.</summary>
    internal static partial class Native
    {
        internal const string Name = "dingtalk_extcontact";

        /// <summary>Throws where text is not valid UTF-16, instead of putting question marks in.</summary>
        private static readonly Encoding Utf8 = new UTF8Encoding(false, true);

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

        /// <summary>An option as the library takes it.</summary>
        internal static byte[] Value(object value, string property)
        {
            if (value is TimeSpan time)
                value = time.Ticks / TimeSpan.TicksPerMillisecond;
            else if (value is bool yes)
                value = yes ? "true" : "false";
            return Bytes(Convert.ToString(value, CultureInfo.InvariantCulture), property);
        }

        internal static IReadOnlyList<T> List<T>(ulong count, Func<ulong, T> at) =>
            Enumerable.Range(0, (int)count).Select(place => at((ulong)place)).ToList().AsReadOnly();
    }
}
