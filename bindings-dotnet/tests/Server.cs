using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading;

namespace DingTalk.ExtContact.Tests
{
    /// <summary>A program of this project that says on its first line where it serves, till its input ends.</summary>
    class Program : IDisposable
    {
        internal static readonly string Built = Environment.GetEnvironmentVariable("DTX_BUILT");
        readonly Process process;
        readonly string told;

        internal Program(string name, string arguments)
        {
            process = Process.Start(new ProcessStartInfo(Path.Combine(Built, name), arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
            process.BeginErrorReadLine();
            told = process.StandardOutput.ReadLine();
        }

        internal string Field(string name)
        {
            Match found = Regex.Match(told ?? "", "\"" + name + "\":\"([^\"]*)\"");
            Check.That(found.Success, name + " in " + told);
            return found.Groups[1].Value;
        }

        /// <summary>A list of texts of what was told.</summary>
        internal List<string> List(string name)
        {
            string list = Regex.Match(told, "\"" + name + "\":\\[([^\\]]*)\\]").Groups[1].Value;
            return list.Split(',').Select(one => one.Trim('"')).ToList();
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
    }

    /// <summary>A DingTalk on loopback, without a limit of calls.</summary>
    sealed class Sandbox : Program
    {
        internal Sandbox(string more = "")
            : base("dingtalk-extcontact", "sandbox --until-stdin-closes --rate none " + more) { }

        internal List<string> Ids
        {
            get { return List("user_ids"); }
        }

        internal ClientOptions Options
        {
            get
            {
                return new ClientOptions
                {
                    Endpoint = Field("url"),
                    AccessToken = Field("access_token"),
                    Rate = 0,
                    Proxy = "none",
                };
            }
        }

        internal Client Client(bool missingOk = false)
        {
            ClientOptions options = Options;
            options.MissingOk = missingOk;
            return new Client(options);
        }
    }

    /// <summary>Reads and never answers, until it is disposed of. One thread serves it.</summary>
    sealed class Silent : IDisposable
    {
        readonly Socket listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        readonly SemaphoreSlim requests = new SemaphoreSlim(0);
        volatile bool disposed;
        volatile int count;

        /// <summary>How many came up to now.</summary>
        internal int Requests
        {
            get { return count; }
        }

        internal Silent()
        {
            listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listening.Listen(200);
            new Thread(Serve) { IsBackground = true }.Start();
        }

        void Serve()
        {
            var sockets = new List<Socket>();
            byte[] buffer = new byte[4096];
            while (!disposed)
            {
                var ready = new List<Socket>(sockets) { listening };
                Socket.Select(ready, null, null, 20000);
                foreach (Socket socket in ready)
                {
                    if (socket == listening)
                        sockets.Add(listening.Accept());
                    else if (Received(socket, buffer) > 0)
                    {
                        count++;
                        requests.Release();
                    }
                    else
                    {
                        sockets.Remove(socket);
                        socket.Dispose();
                    }
                }
            }
            sockets.ForEach(socket => socket.Dispose());
            listening.Dispose();
        }

        static int Received(Socket socket, byte[] buffer)
        {
            try
            {
                return socket.Receive(buffer);
            }
            catch (SocketException)
            {
                return 0;
            }
        }

        internal Client Client()
        {
            return new Client(new ClientOptions
            {
                Endpoint = "http://127.0.0.1:" + ((IPEndPoint)listening.LocalEndPoint).Port,
                AccessToken = "token",
                Rate = 0,
                Proxy = "none",
            });
        }

        /// <summary>Waits until so many requests came, of which each is read at once.</summary>
        internal void Asked(int count)
        {
            for (; count > 0; count--)
                Check.That(requests.Wait(TimeSpan.FromSeconds(20)), "a request came");
        }

        public void Dispose()
        {
            disposed = true;
        }
    }
}
