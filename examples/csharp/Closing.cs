// A test of the example: disposes of a client while threads delete with it. Each call ends well or
// is refused.
using System;
using System.Threading;

namespace DingTalk
{
    static class Closing
    {
        static void Main()
        {
            const int threads = 8;
            Client client = Client.FromEnvironment();
            CountdownEvent begun = new CountdownEvent(threads);
            CountdownEvent refused = new CountdownEvent(threads);
            for (int i = 0; i < threads; i++)
            {
                string id = "closing" + i;
                new Thread(() =>
                {
                    for (bool first = true; ; first = false)
                    {
                        try
                        {
                            client.Delete(id);
                        }
                        catch (DingTalkException) { }
                        catch (ObjectDisposedException)
                        {
                            refused.Signal();
                            return;
                        }
                        if (first)
                            begun.Signal();
                    }
                }).Start();
            }
            begun.Wait();
            client.Dispose();
            client.Dispose();
            refused.Wait();
            Console.WriteLine("refused: {0}", threads);
        }
    }
}
