using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DingTalk.ExtContact
{
    /// <summary>What .NET has to do by itself to call C: text, lists and options by name.</summary>
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

        internal static IReadOnlyList<T> List<T>(ulong count, Func<ulong, T> at)
        {
            var list = new List<T>();
            for (ulong place = 0; place < count; place++)
                list.Add(at(place));
            return list.AsReadOnly();
        }
    }

    /// <summary>Options that are set, as the library takes them: by their names, as text.</summary>
    internal sealed class Settings : IEnumerable
    {
        private readonly List<KeyValuePair<string, byte[]>> texts = new List<KeyValuePair<string, byte[]>>();

        internal Settings()
        {
            // Messages and advice have names as they stand here.
            Add("binding", "binding", "dotnet");
        }

        /// <summary>Adds a value. What is wrong with it is reported where the options are used.</summary>
        internal void Add(string name, string property, object value)
        {
            if (value is TimeSpan time)
                value = time.Ticks / TimeSpan.TicksPerMillisecond;
            else if (value is bool yes)
                value = yes ? "true" : "false";
            if (value != null)
                texts.Add(new KeyValuePair<string, byte[]>(
                    name, Native.Bytes(Convert.ToString(value, CultureInfo.InvariantCulture), property)));
        }

        internal void Give(Func<byte[], byte[], int> set)
        {
            foreach (KeyValuePair<string, byte[]> one in texts)
                set(Native.Bytes(one.Key, "name"), one.Value);
        }

        /// <summary>The same for the same settings, and for no others.</summary>
        public override string ToString() =>
            string.Concat(texts.ConvertAll(one => one.Key + "=" + Encoding.UTF8.GetString(one.Value)));

        IEnumerator IEnumerable.GetEnumerator() => texts.GetEnumerator();
    }
}
