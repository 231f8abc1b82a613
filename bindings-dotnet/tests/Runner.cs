using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;

namespace DingTalk.ExtContact.Tests
{
    /// <summary>A method that is a test: public, static, without parameters; void or a Task.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    sealed class TestAttribute : Attribute { }

    sealed class Failed : Exception
    {
        internal Failed(string why) : base(why) { }
    }

    static class Check
    {
        internal static void That(bool holds, string what)
        {
            if (!holds)
                throw new Failed("not so: " + what);
        }

        internal static void Equal<T>(T expected, T found, string what = "")
        {
            if (!EqualityComparer<T>.Default.Equals(expected, found))
                throw new Failed(what + " is " + (object)found + " and should be " + (object)expected);
        }

        internal static E Throws<E>(Action action) where E : Exception
        {
            try
            {
                action();
            }
            catch (E thrown)
            {
                return thrown;
            }
            throw new Failed("no " + typeof(E).Name);
        }

        internal static async Task<E> ThrowsAsync<E>(Func<Task> action) where E : Exception
        {
            try
            {
                await action();
            }
            catch (E thrown)
            {
                return thrown;
            }
            throw new Failed("no " + typeof(E).Name);
        }
    }

    /// <summary>Runs the tests one after the other: all, or those whose names have one of the arguments in them.</summary>
    static class Runner
    {
        /// <summary>Instead of tests: what LibraryTest has done in a process of its own.</summary>
        internal const string MakeClient = "--make-client";
        /// <summary>The same of ClientTest.</summary>
        internal const string DeleteAsync = "--delete-async";
        static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

        static int Main(string[] words)
        {
            if (words.Length == 1 && words[0] == MakeClient)
                return LibraryTest.MakeClient();
            if (words.Length == 1 && words[0] == DeleteAsync)
                return ClientTest.Delete().GetAwaiter().GetResult();
            int passed = 0, failed = 0;
            IEnumerable<MethodInfo> tests = typeof(Runner).Assembly.GetTypes().SelectMany(type => type.GetMethods())
                .Where(method => method.GetCustomAttribute<TestAttribute>() != null)
                .OrderBy(method => method.DeclaringType.Name).ThenBy(method => method.MetadataToken);
            foreach (MethodInfo test in tests)
            {
                string name = test.DeclaringType.Name + "." + test.Name;
                if (words.Length > 0 && !words.Any(name.Contains))
                    continue;
                Stopwatch time = Stopwatch.StartNew();
                try
                {
                    Task run = Task.Run(() => (test.Invoke(null, null) as Task) ?? Task.CompletedTask);
                    if (!run.Wait(Limit))
                        throw new Failed("it has not ended within " + Limit);
                    passed++;
                    Console.WriteLine("ok      {0} ({1} ms)", name, time.ElapsedMilliseconds);
                }
                catch (Exception thrown)
                {
                    failed++;
                    Exception cause = thrown;
                    while (cause is AggregateException || cause is TargetInvocationException)
                        cause = cause.InnerException;
                    Console.WriteLine("FAILED  {0}: {1}", name, cause);
                }
            }
            Console.WriteLine("{0} passed, {1} failed", passed, failed);
            return failed == 0 && passed > 0 ? 0 : 1;
        }
    }
}
